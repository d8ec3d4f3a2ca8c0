using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Libra.Deploy.WebApi.Quotas;

/// <summary>How much an organization may deploy.</summary>
internal static class QuotaEndpoints
{
    private const string DefaultPlan = "FREE";
    private const string DefaultInterval = "month";
    private const long MostDeployments = 1_000_000_000;

    public static void MapQuotas(this IEndpointRouteBuilder routes)
    {
        var organizations = routes.MapGroup("/organizations/{orgId}").WithTags("Quotas").Path("orgId", "The organization.");
        organizations.MapGet("/quota", Get).RequireScope(Scopes.DeploymentsRead)
            .Answers<QuotaResponse>("getQuota", "Shows what an organization may still deploy", "NOT_FOUND");
        organizations.MapPut("/limits", SetLimits).RequireScope(Scopes.Admin).Takes<LimitsBody>()
            .Answers<QuotaResponse>("setLimits", "Sets what an organization has left of a plan");
    }

    private static async Task<Results<Ok<QuotaResponse>, Problem>> Get(
        string orgId, HttpContext http, IMediator mediator, CancellationToken cancellationToken) =>
        Answer(await mediator.Send(new GetQuotaQuery(http.Caller().Visible(), orgId), cancellationToken));

    private static async Task<Results<Ok<QuotaResponse>, Problem>> SetLimits(
        string orgId, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var limit = ReadLimit(orgId, body.Value.Root);
        if (limit.IsError) return limit.Errors.ToProblem();

        return Answer(await mediator.Send(new SetLimitsCommand(limit.Value), cancellationToken));
    }

    private static ErrorOr<PlanLimit> ReadLimit(string orgId, JsonElement body)
    {
        var fields = new FieldReader(body);
        var deployments = fields.OptionalInteger("deployLimit", 0, MostDeployments);
        if (fields.Errors.Count == 0 && deployments is null) fields.Refuse("deployLimit", FieldTexts.Missing("number"));
        var limit = new PlanLimit(
            orgId,
            fields.OptionalText("planName") ?? DefaultPlan,
            (int)(deployments ?? 0),
            fields.OptionalChoice("billingInterval", "month", "year") ?? DefaultInterval,
            fields.OptionalTime("periodEnd"));
        return fields.Errors.Count == 0 ? limit : fields.Errors;
    }

    private static Results<Ok<QuotaResponse>, Problem> Answer(ErrorOr<QuotaView> quota) =>
        quota.Match<Results<Ok<QuotaResponse>, Problem>>(view => TypedResults.Ok(QuotaResponse.For(view)), errors => errors.ToProblem());
}
