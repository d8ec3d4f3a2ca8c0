using ErrorOr;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>The ways in which clients of the old services ask how a deployment stands.</summary>
internal static class LegacyEndpoints
{
    public static void MapLegacyStatus(this IEndpointRouteBuilder routes) => routes
        .MapGet("/deploy-status", Status)
        .RequireScope(Scopes.DeploymentsRead)
        .WithTags("Deployments")
        .Answers<InstanceStatusResponse>(
            "getLegacyStatus", "Shows a deployment's status, in the words of V1 (instanceId) or V2 (id)", "NOT_FOUND")
        .OrAnswers<LegacyStatusResponse>()
        .Query("instanceId", Form.Text, "The deployment, for an answer in V1's words.")
        .Query("id", Form.Text, "The deployment, for an answer in V2's words.");

    /// <summary>V1's <c>POST /deploy?instanceId=</c>, which starts nothing.</summary>
    public static async Task<IResult> InstanceAsync(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var view = await FindAsync(id, http, mediator, cancellationToken);
        return view is null ? UnknownInstance(id) : Results.Ok(new InstanceResponse(true, id, InstanceStatus.Of(view)));
    }

    private static async Task<IResult> Status(
        HttpContext http, IMediator mediator, TimeProvider clock, ILoggerFactory logging, CancellationToken cancellationToken)
    {
        var query = new QueryReader(http.Request.Query);
        if (query.Has("id") && !query.Has("instanceId"))
            return await DocumentedAsync(query, http, mediator, clock, logging, cancellationToken);

        var id = query.RequiredText("instanceId", "Instance ID is required");
        if (query.Errors.Count > 0) return query.Errors.ToProblem();

        var view = await FindAsync(id, http, mediator, cancellationToken);
        return view is null ? UnknownInstance(id) : Results.Ok(new InstanceStatusResponse(InstanceStatus.Of(view)));
    }

    private static async Task<IResult> DocumentedAsync(
        QueryReader query, HttpContext http, IMediator mediator, TimeProvider clock, ILoggerFactory logging,
        CancellationToken cancellationToken)
    {
        var id = query.RequiredText("id", "Deployment ID is required");
        if (query.Errors.Count > 0) return query.Errors.ToProblem();
        if (await FindAsync(id, http, mediator, cancellationToken) is not { } view) return DeploymentErrors.NotFound(id).ToProblem();

        var logs = await LastLinesAsync(view, http, mediator, logging, cancellationToken);
        return logs.IsError ? logs.Errors.ToProblem() : Results.Ok(LegacyStatusResponse.Of(view, logs.Value, clock.GetUtcNow()));
    }

    // How the deployment stands is in the database; a store that is away takes only the lines.
    private static async Task<ErrorOr<IReadOnlyList<LogEntry>>> LastLinesAsync(
        DeploymentView view, HttpContext http, IMediator mediator, ILoggerFactory logging, CancellationToken cancellationToken)
    {
        var newest = new LogQuery(Cursor: null, LegacyStatusResponse.LogLines, Descending: true);
        try
        {
            var lines = new List<LogEntry>();
            while (true) // a page of long lines is shorter
            {
                var query = new GetDeploymentLogsQuery(http.Caller().Visible(), view.Id, newest);
                var page = await mediator.Send(query, cancellationToken);
                if (page.IsError) return page.Errors;

                lines.AddRange(page.Value.Entries);
                if (page.Value.NextCursor is not { } next || lines.Count == LegacyStatusResponse.LogLines) return lines;
                newest = newest with { Cursor = next, Limit = LegacyStatusResponse.LogLines - lines.Count };
            }
        }
        catch (ObjectStoreException away)
        {
            logging.CreateLogger(typeof(LegacyEndpoints)).LogWarning(
                away, "The log of {DeploymentId} cannot be read: its status is told without lines", view.Id);
            IReadOnlyList<LogEntry> none = [];
            return ErrorOrFactory.From(none);
        }
    }

    private static async Task<DeploymentView?> FindAsync(
        string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        if (DeploymentId.TryParse(id) is not { } deployment) return null;

        var standing = await mediator.Send(new GetDeploymentStatusQuery(http.Caller().Visible(), deployment), cancellationToken);
        return standing.IsError ? null : standing.Value.Deployment;
    }

    // V1's own sentence.
    private static Problem UnknownInstance(string id) =>
        Error.NotFound("NOT_FOUND", $"Workflow instance {id} not found").ToProblem();
}
