using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using MediatR;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>One deployment of a request, alone or in a batch: read, allowed for the caller, and accepted.</summary>
internal sealed class DeployRequests(IMediator mediator, IRateLimiter limiter)
{
    /// <summary>What every way to a new deployment can be refused with.</summary>
    public static readonly string[] Refusals = [
        "PROJECT_NOT_FOUND", "PROJECT_INACTIVE", "DEPLOYMENT_IN_PROGRESS", "DEPLOYMENT_QUOTA_EXCEEDED"];

    /// <summary>Starts what repeats an earlier deployment, counted for its project like a request with a body.</summary>
    public async Task<ErrorOr<AcceptedDeployment>> RepeatAsync(
        string id, HttpContext http, Func<DeploymentId, IRequest<ErrorOr<AcceptedDeployment>>> command,
        CancellationToken cancellationToken)
    {
        var standing = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment => new GetDeploymentStatusQuery(http.Caller().Visible(), deployment), cancellationToken);
        if (standing.IsError) return standing.Errors;

        var original = standing.Value.Deployment;
        var counted = await DeployRateLimit.CountAsync(
            http.Response, limiter, http.Caller(), original.OrganizationId, original.ProjectId, cancellationToken);
        return counted.IsError ? counted.Errors : await mediator.Send(command(original.Id), cancellationToken);
    }

    /// <summary>Counts, reads, checks and accepts one.</summary>
    /// <param name="place">
    /// Where it stands in its batch, so that the batch's idempotency key counts for each; null when it comes alone.
    /// </param>
    public async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(
        JsonElement body, HttpContext http, int? place, CancellationToken cancellationToken)
    {
        var counted = await DeployRateLimit.CountAsync(http.Response, limiter, http.Caller(), body, cancellationToken);
        var command = Read(body, http, place);
        if (counted.IsError) return await AnswerAgainAsync(command, cancellationToken) ?? counted.Errors;

        return command.IsError ? command.Errors : await mediator.Send(command.Value, cancellationToken);
    }

    // Sending a request again is what its key is for, and starts nothing that the limit has to hold back.
    private async Task<ErrorOr<AcceptedDeployment>?> AnswerAgainAsync(
        ErrorOr<CreateDeploymentCommand> command, CancellationToken cancellationToken)
    {
        if (command.IsError || command.Value.IdempotencyKey is null) return null;

        var earlier = await mediator.Send(new GetEarlierAnswerQuery(command.Value), cancellationToken);
        return earlier.Value.Accepted is { } accepted ? ErrorOrFactory.From(accepted) : default(ErrorOr<AcceptedDeployment>?);
    }

    private static ErrorOr<CreateDeploymentCommand> Read(JsonElement body, HttpContext http, int? place)
    {
        var command = DeployRequest.Read(body, http.TraceIdentifier);
        if (command.IsError) return command.Errors;
        if (!MayDeploy(http.Caller(), command.Value)) return Problems.Forbidden;

        return command.Value with { IdempotencyKey = KeyOf(http, place) };
    }

    private static bool MayDeploy(Caller caller, CreateDeploymentCommand command) =>
        caller.MaySee(command.OrganizationId) && caller.MayActFor(command.UserId);

    private static IdempotencyKey? KeyOf(HttpContext http, int? place) =>
        http.Request.Headers["Idempotency-Key"].FirstOrDefault() is { } text
            ? new IdempotencyKey(text, place is null ? "deploy" : $"batch:{place}")
            : null;
}
