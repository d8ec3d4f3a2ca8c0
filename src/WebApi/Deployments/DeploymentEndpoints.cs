using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using MediatR;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Starting, watching and stopping deployments.</summary>
internal static class DeploymentEndpoints
{
    public static void MapDeployments(this IEndpointRouteBuilder routes)
    {
        var deployments = routes.MapGroup("/deploy").WithTags("Deployments");
        deployments.MapPost("/", Create).RequireScope(Scopes.DeploymentsWrite);
        deployments.MapGet("/{id}/status", Status).RequireScope(Scopes.DeploymentsRead);
        deployments.MapGet("/{id}/logs", Logs).RequireScope(Scopes.DeploymentsRead);
        deployments.MapPost("/{id}/cancel", Cancel).RequireScope(Scopes.DeploymentsWrite);
        deployments.MapPost("/{id}/retry", Retry).RequireScope(Scopes.DeploymentsWrite);
        deployments.MapPost("/{id}/rollback", Rollback).RequireScope(Scopes.DeploymentsWrite);
    }

    private static async Task<IResult> Create(HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var command = DeployRequest.Read(body.Value.Root, http.TraceIdentifier);
        if (command.IsError) return command.Errors.ToProblem();
        if (!MayDeploy(http.Caller(), command.Value)) return Problems.Forbidden.ToProblem();

        return Accepted(http, await mediator.Send(command.Value, cancellationToken));
    }

    private static async Task<IResult> Status(string id, HttpContext http, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (DeploymentId.TryParse(id) is not { } deployment) return DeploymentErrors.NotFound(id).ToProblem();

        var standing = await mediator.Send(new GetDeploymentStatusQuery(http.Caller().Visible(), deployment), cancellationToken);
        if (standing.IsError) return standing.Errors.ToProblem();

        var tag = TagOf(standing.Value);
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        return http.Request.Headers.IfNoneMatch.Any(known => known?.Contains(tag, StringComparison.Ordinal) == true)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(standing.Value.Deployment.ToResponse(standing.Value.Place, clock.GetUtcNow()));
    }

    private static async Task<IResult> Logs(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        if (DeploymentId.TryParse(id) is not { } deployment) return DeploymentErrors.NotFound(id).ToProblem();

        var query = LogsRequest.Read(http.Request.Query);
        if (query.IsError) return query.Errors.ToProblem();

        var page = await mediator.Send(new GetDeploymentLogsQuery(http.Caller().Visible(), deployment, query.Value), cancellationToken);
        if (page.IsError) return page.Errors.ToProblem();

        return LogsRequest.WantsText(http.Request)
            ? Results.Text(string.Concat(page.Value.Entries.Select(entry => AnsiText.Strip(entry.Message) + "\n")), "text/plain; charset=utf-8")
            : Results.Ok(new LogsResponse(true, id, [.. page.Value.Entries.Select(entry => entry.ToResponse())], page.Value.NextCursor, page.Value.Complete));
    }

    private static async Task<IResult> Cancel(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        if (DeploymentId.TryParse(id) is not { } deployment) return DeploymentErrors.NotFound(id).ToProblem();

        var cancelled = await mediator.Send(new CancelDeploymentCommand(http.Caller().Visible(), deployment), cancellationToken);
        return cancelled.Match(status => Results.Ok(new CancelResponse(true, status.WireName())), errors => errors.ToProblem());
    }

    private static async Task<IResult> Retry(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken) =>
        DeploymentId.TryParse(id) is { } deployment
            ? Accepted(http, await mediator.Send(
                new RetryDeploymentCommand(http.Caller().Visible(), deployment, ActorOf(http.Caller()), http.TraceIdentifier), cancellationToken))
            : DeploymentErrors.NotFound(id).ToProblem();

    private static async Task<IResult> Rollback(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken) =>
        DeploymentId.TryParse(id) is { } deployment
            ? Accepted(http, await mediator.Send(
                new RollbackDeploymentCommand(http.Caller().Visible(), deployment, ActorOf(http.Caller()), http.TraceIdentifier), cancellationToken))
            : DeploymentErrors.NotFound(id).ToProblem();

    private static IResult Accepted(HttpContext http, ErrorOr.ErrorOr<AcceptedDeployment> accepted)
    {
        if (accepted.IsError) return accepted.Errors.ToProblem();

        http.Response.Headers.Location = $"/deploy/{accepted.Value.Id}/status";
        return Results.Ok(DeployResponse.For(accepted.Value));
    }

    private static bool MayDeploy(Caller caller, CreateDeploymentCommand command) => caller.MaySee(command.OrganizationId) && caller.MayActFor(command.UserId);

    // A service's token stands for no user: what it starts by itself is started in its own name.
    private static string ActorOf(Caller caller) => caller.UserId ?? caller.Id;

    // Whatever a client can see move is in the tag; the clock is not.
    private static string TagOf(DeploymentStanding standing)
    {
        var view = standing.Deployment;
        var steps = string.Join(' ', view.Journal.Select(run => $"{run.Attempt}{run.Step}{run.Status}{run.Starts}"));
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{view.Id} {view.Status} {view.Progress} {view.Attempt} {view.ArtifactDigest} {view.CancelRequestedAt:O} {standing.Place} {steps}");
        return $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..20]}\"";
    }
}
