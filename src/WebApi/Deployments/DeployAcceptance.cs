using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using MediatR;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>One deployment of a request, alone or in a batch: read, allowed for the caller, and accepted.</summary>
internal static class DeployAcceptance
{
    /// <summary>What every way to a new deployment can be refused with.</summary>
    public static readonly string[] Refusals = [
        "PROJECT_NOT_FOUND", "PROJECT_INACTIVE", "DEPLOYMENT_IN_PROGRESS", "DEPLOYMENT_QUOTA_EXCEEDED"];

    /// <param name="place">Where it stands in its batch, so that the batch's idempotency key counts for each; null when it comes
    /// alone.</param>
    public static async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(
        JsonElement body, HttpContext http, int? place, IMediator mediator, CancellationToken cancellationToken)
    {
        var command = DeployRequest.Read(body, http.TraceIdentifier);
        if (command.IsError) return command.Errors;
        if (!MayDeploy(http.Caller(), command.Value)) return Problems.Forbidden;

        return await mediator.Send(command.Value with { IdempotencyKey = KeyOf(http, place) }, cancellationToken);
    }

    private static bool MayDeploy(Caller caller, CreateDeploymentCommand command) =>
        caller.MaySee(command.OrganizationId) && caller.MayActFor(command.UserId);

    private static IdempotencyKey? KeyOf(HttpContext http, int? place) =>
        http.Request.Headers["Idempotency-Key"].FirstOrDefault() is { } text
            ? new IdempotencyKey(text, place is null ? "deploy" : $"batch:{place}")
            : null;
}
