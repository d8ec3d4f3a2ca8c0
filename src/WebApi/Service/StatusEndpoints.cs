using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Figures;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Service;

/// <summary>The service at a glance.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        var status = routes.MapGroup("/status").WithTags("Service");
        status.MapGet("", Status).RequireScope(Scopes.DeploymentsRead)
            .Answers<StatusResponse>("getStatus", "Shows the service at a glance");
        status.MapPost("/cleanup", Cleanup).RequireScope(Scopes.OperationsWrite).Takes<CleanupBody>(required: false)
            .Answers<CleanupResponse>("cleanUp", "Removes old deployments with what they left", "INVALID_STATE");
    }

    private static async Task<IResult> Status(
        HttpContext http, IMediator mediator, ServiceIdentity identity, IOptions<QueueOptions> queue, CancellationToken cancellationToken)
    {
        var visible = http.Caller().Visible();
        var figures = await mediator.Send(new GetDeploymentFiguresQuery(visible), cancellationToken);
        if (figures.IsError) return figures.Errors.ToProblem();

        var quota = visible.Only is { Count: 1 } own
            ? await mediator.Send(new GetQuotaQuery(visible, own.Single()), cancellationToken)
            : default;
        return Results.Ok(new StatusResponse(
            true, ServiceIdentity.Name, ServiceIdentity.Version, identity.Uptime, queue.Value.NodeName,
            DeploymentCountsResponse.Of(figures.Value), QueueCountsResponse.Of(queue.Value.QueueName, figures.Value),
            StatusQuotaResponse.Of(quota.Value), identity.Now));
    }

    private static async Task<IResult> Cleanup(
        HttpContext http, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadOptionalAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var command = CleanupRequest.Read(body.Value, http.Caller().Visible());
        if (command.IsError) return command.Errors.ToProblem();

        var start = clock.GetTimestamp();
        var cleaned = await mediator.Send(command.Value, cancellationToken);
        return cleaned.Match(report => Results.Ok(CleanupResponse.Of(report, clock.GetElapsedTime(start))), errors => errors.ToProblem());
    }
}
