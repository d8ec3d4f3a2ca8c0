using ErrorOr;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Starting, watching and stopping deployments.</summary>
internal static class DeploymentEndpoints
{
    public static void MapDeployments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/status/deployments", List).RequireScope(Scopes.DeploymentsRead).WithTags("Deployments")
            .Answers<DeploymentListResponse>("listDeployments", "Lists deployments, newest first")
            .WithListParameters()
            .Query("projectId", Form.Text, "Only of this project.")
            .Produces(StatusCodes.Status304NotModified)
            .Header("If-None-Match", "The tag of an earlier answer: 304 when nothing has moved since.");
        var deployments = routes.MapGroup("/deploy").WithTags("Deployments");
        deployments.MapPost("/", Create).RequireScope(Scopes.DeploymentsWrite).Takes<DeployBody>()
            .Answers<DeployResponse>(
                "createDeployment", "Queues a deployment",
                [.. DeployRequests.Refusals, "IDEMPOTENCY_CONFLICT", "NOT_FOUND", "RATE_LIMITED"])
            .OrAnswers<InstanceResponse>()
            .Query("instanceId", Form.Text, "As in V1: starts nothing and shows this deployment's status.")
            .Header("Idempotency-Key", "The same key and body within 24 hours gives the first answer again and starts nothing.")
            .WithAnswerHeader("Location", "Where the status is.")
            .WithRateLimitHeaders();
        MapOne(deployments.MapGroup("/{id}").Path("id", "The deployment, as the answer that accepted it names it."));
    }

    private static RouteHandlerBuilder WithRateLimitHeaders(this RouteHandlerBuilder route) => route
        .WithAnswerHeader("X-RateLimit-Limit", "Requests in a window.")
        .WithAnswerHeader("X-RateLimit-Remaining", "Requests left in this window.")
        .WithAnswerHeader("X-RateLimit-Window", "Seconds of a window.");

    private static void MapOne(RouteGroupBuilder deployment)
    {
        deployment.MapGet("/status", Status).RequireScope(Scopes.DeploymentsRead)
            .Answers<DeploymentStatusResponse>("getDeploymentStatus", "Shows a deployment's status", "NOT_FOUND")
            .Produces(StatusCodes.Status304NotModified)
            .Header("If-None-Match", "The tag of an earlier answer: 304 when nothing has moved since.")
            .WithAnswerHeader("ETag", "Changes whenever a client can see something move.");
        deployment.MapGet("/logs", Logs).RequireScope(Scopes.DeploymentsRead).WithLogParameters()
            .Answers<LogsResponse>("getDeploymentLogs", "Reads a page of the log", "NOT_FOUND").OrAnswersWith("text/plain")
            .WithAnswerHeader(Cors.NextCursor, "Of an answer in plain text: `nextCursor`, unless it is null.");
        deployment.MapGet("/logs/stream", LogStreaming.StreamAsync).RequireScope(Scopes.DeploymentsRead)
            .AnswersWith("text/event-stream", "followDeploymentLogs", "Follows the log to its end", "NOT_FOUND")
            .Header("Last-Event-ID", "The number of the last line that was seen; the stream goes on behind it.");
        deployment.MapGet("/artifact", Artifact).RequireScope(Scopes.DeploymentsRead)
            .AnswersWith("application/gzip", "getDeploymentArtifact", "Downloads what was built", "NOT_FOUND")
            .Produces(StatusCodes.Status302Found);
        deployment.MapGet("/result", Result).RequireScope(Scopes.OperationsRead)
            .Answers<DeploymentResult>(
                "getDeploymentResult", "Shows operators how an ended deployment went, with error details", "NOT_FOUND");
        deployment.MapPost("/cancel", Cancel).RequireScope(Scopes.DeploymentsWrite)
            .Answers<CancelResponse>("cancelDeployment", "Stops a deployment", "NOT_FOUND", "INVALID_STATE");
        deployment.MapPost("/retry", Retry).RequireScope(Scopes.DeploymentsWrite)
            .Answers<DeployResponse>(
                "retryDeployment", "Deploys the source of a failed deployment again",
                [.. DeployRequests.Refusals, "NOT_FOUND", "INVALID_STATE", "RATE_LIMITED"])
            .WithRateLimitHeaders()
            .WithAnswerHeader("Location", "Where the new deployment's status is.");
        deployment.MapPost("/rollback", Rollback).RequireScope(Scopes.DeploymentsWrite)
            .Answers<DeployResponse>(
                "rollbackDeployment", "Makes an earlier version live again", [.. DeployRequests.Refusals, "NOT_FOUND", "INVALID_STATE"])
            .WithAnswerHeader("Location", "Where the new deployment's status is.");
    }

    private static async Task<IResult> Create(
        HttpContext http, IMediator mediator, DeployRequests requests, CancellationToken cancellationToken)
    {
        if (http.Request.Query["instanceId"].FirstOrDefault() is { Length: > 0 } instance)
            return await LegacyEndpoints.InstanceAsync(instance, http, mediator, cancellationToken);

        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        return Accepted(http, await requests.AcceptAsync(body.Value.Root, http, place: null, cancellationToken));
    }

    private static async Task<IResult> List(HttpContext http, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var filter = DeploymentListRequest.Read(http.Request.Query);
        if (filter.IsError) return filter.Errors.ToProblem();

        var page = await mediator.Send(new ListDeploymentsQuery(http.Caller().Visible(), filter.Value), cancellationToken);
        if (page.IsError) return page.Errors.ToProblem();

        var tag = DeploymentTags.Of(page.Value);
        return http.IsKnown(tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(DeploymentListResponse.Of(page.Value, clock.GetUtcNow()));
    }

    private static async Task<IResult> Status(
        string id, HttpContext http, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var standing = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment => new GetDeploymentStatusQuery(http.Caller().Visible(), deployment), cancellationToken);
        if (standing.IsError) return standing.Errors.ToProblem();

        var tag = DeploymentTags.Of(standing.Value);
        return http.IsKnown(tag)
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Ok(standing.Value.ToResponse(clock.GetUtcNow()));
    }

    private static async Task<IResult> Logs(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var deployment = RouteIds.Deployment(id);
        if (deployment.IsError) return deployment.Errors.ToProblem();

        var query = LogsRequest.Read(http.Request.Query);
        if (query.IsError) return query.Errors.ToProblem();

        var page = await mediator.Send(
            new GetDeploymentLogsQuery(http.Caller().Visible(), deployment.Value, query.Value), cancellationToken);
        if (page.IsError) return page.Errors.ToProblem();

        return LogsRequest.WantsText(http.Request)
            ? LogsRequest.Text(http.Response, page.Value)
            : Results.Ok(
                  new LogsResponse(
                      true, id, [.. page.Value.Entries.Select(entry => entry.ToResponse())], page.Value.NextCursor, page.Value.Complete));
    }

    private static async Task<IResult> Cancel(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var cancelled = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment => new CancelDeploymentCommand(http.Caller().Visible(), deployment), cancellationToken);
        return cancelled.Match(status => Results.Ok(new CancelResponse(true, status.WireName())), errors => errors.ToProblem());
    }

    private static async Task<IResult> Retry(string id, HttpContext http, DeployRequests requests, CancellationToken cancellationToken) =>
        Accepted(http, await requests.RepeatAsync(
            id, http,
            deployment => new RetryDeploymentCommand(http.Caller().Visible(), deployment, ActorOf(http.Caller()), http.TraceIdentifier),
            cancellationToken));

    // Not counted: whoever has just deployed something bad several times has to get back at once, and nothing is built for it.
    private static async Task<IResult> Rollback(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken) =>
        Accepted(http, await mediator.SendAboutAsync(
            RouteIds.Deployment(id),
            deployment => new RollbackDeploymentCommand(http.Caller().Visible(), deployment, ActorOf(http.Caller()), http.TraceIdentifier),
            cancellationToken));

    private static async Task<IResult> Artifact(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var artifact = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment => new GetDeploymentArtifactQuery(http.Caller().Visible(), deployment), cancellationToken);
        if (artifact.IsError) return artifact.Errors.ToProblem();

        return artifact.Value.Address is { } address
            ? Results.Redirect(address.ToString())
            : Results.Stream(artifact.Value.Content!, "application/gzip", $"{artifact.Value.Digest}.tar.gz");
    }

    private static async Task<IResult> Result(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var result = await mediator.SendAboutAsync(
            RouteIds.Deployment(id), deployment => new GetDeploymentResultQuery(http.Caller().Visible(), deployment), cancellationToken);
        return result.Match(stored => Results.Stream(stored, "application/json"), errors => errors.ToProblem());
    }

    private static IResult Accepted(HttpContext http, ErrorOr<AcceptedDeployment> accepted)
    {
        if (accepted.IsError) return accepted.Errors.ToProblem();

        http.Response.Headers.Location = $"/deploy/{accepted.Value.Id}/status";
        return Results.Ok(DeployResponse.For(accepted.Value));
    }

    // A service's token stands for no user: what it starts by itself is started in its own name.
    private static string ActorOf(Caller caller) => caller.UserId ?? caller.Id;
}
