using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Deployments;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;

namespace Libra.Deploy.WebApi.Queue;

/// <summary>The queue's figures, and what operators do about dead letters.</summary>
internal static class QueueEndpoints
{
    public static void MapQueue(this IEndpointRouteBuilder routes)
    {
        var queue = routes.MapGroup("/status/queue").WithTags("Queue");
        queue.MapGet("", Status).RequireScope(Scopes.OperationsRead)
            .Answers<QueueStatusResponse>("getQueueStatus", "Shows the figures of the queue");
        queue.MapGet("/dead-letters", List).RequireScope(Scopes.OperationsRead).WithDeadLetterParameters()
            .Answers<DeadLetterListResponse>("listDeadLetters", "Lists dead letters, newest first");
        queue.MapPost("/dead-letters/replay", ReplayMany).RequireScope(Scopes.OperationsWrite).Takes<BulkReplayBody>()
            .Answers<BulkReplayResponse>("replayDeadLetters", "Deploys the sources of several dead letters again");
        var letter = queue.MapGroup("/dead-letters/{id}").Path("id", "The dead letter.");
        letter.MapGet("", Find).RequireScope(Scopes.OperationsRead)
            .Answers<DeadLetterResponse>("getDeadLetter", "Shows a dead letter with its history", "NOT_FOUND");
        letter.MapPost("/replay", Replay).RequireScope(Scopes.OperationsWrite).Takes<NoteBody>(required: false)
            .Answers<DeployResponse>(
                "replayDeadLetter", "Deploys the source of a dead letter again",
                "NOT_FOUND", "INVALID_STATE", "PROJECT_NOT_FOUND", "PROJECT_INACTIVE", "DEPLOYMENT_IN_PROGRESS",
                "DEPLOYMENT_QUOTA_EXCEEDED");
        letter.MapPost("/discard", Discard).RequireScope(Scopes.OperationsWrite).Takes<NoteBody>(required: false)
            .Answers<DeadLetterResponse>(
                "discardDeadLetter", "Settles a dead letter without another deployment", "NOT_FOUND", "INVALID_STATE");
    }

    private static async Task<IResult> Status(
        HttpContext http, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var status = await mediator.Send(new GetQueueStatusQuery(http.Caller().Visible()), cancellationToken);
        return status.Match(figures => Results.Ok(figures.ToResponse(clock.GetUtcNow())), errors => errors.ToProblem());
    }

    private static async Task<IResult> List(HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var filter = DeadLetterRequests.ReadFilter(http.Request.Query);
        if (filter.IsError) return filter.Errors.ToProblem();

        var page = await mediator.Send(new ListDeadLettersQuery(http.Caller().Visible(), filter.Value), cancellationToken);
        return page.Match(
            found =>
                Results.Ok(
                    new DeadLetterListResponse(true, [.. found.Letters.Select(letter => letter.ToResponse())], found.Next?.ToString())),
            errors => errors.ToProblem());
    }

    private static async Task<IResult> Find(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var found = await mediator.SendAboutAsync(
            RouteIds.DeadLetter(id), letter => new GetDeadLetterQuery(http.Caller().Visible(), letter), cancellationToken);
        return found.Match(value => Results.Ok(value.ToResponse()), errors => errors.ToProblem());
    }

    private static async Task<IResult> Replay(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var letter = RouteIds.DeadLetter(id);
        if (letter.IsError) return letter.Errors.ToProblem();

        var request = await DeadLetterRequests.ReadNoteAsync(http, cancellationToken);
        if (request.IsError) return request.Errors.ToProblem();

        var accepted = await mediator.Send(
            new ReplayDeadLetterCommand(http.Caller().Visible(), letter.Value, request.Value), cancellationToken);
        if (accepted.IsError) return accepted.Errors.ToProblem();

        http.Response.Headers.Location = $"/deploy/{accepted.Value.Id}/status";
        return Results.Ok(DeployResponse.For(accepted.Value));
    }

    private static async Task<IResult> Discard(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var letter = RouteIds.DeadLetter(id);
        if (letter.IsError) return letter.Errors.ToProblem();

        var request = await DeadLetterRequests.ReadNoteAsync(http, cancellationToken);
        if (request.IsError) return request.Errors.ToProblem();

        var discarded = await mediator.Send(
            new DiscardDeadLetterCommand(http.Caller().Visible(), letter.Value, request.Value.By, request.Value.Note), cancellationToken);
        return discarded.Match(value => Results.Ok(value.ToResponse()), errors => errors.ToProblem());
    }

    private static async Task<IResult> ReplayMany(HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var request = await DeadLetterRequests.ReadBulkAsync(http, cancellationToken);
        if (request.IsError) return request.Errors.ToProblem();

        var outcomes = await mediator.Send(
            new ReplayDeadLettersCommand(http.Caller().Visible(), request.Value.Filter, request.Value.Request), cancellationToken);
        return outcomes.Match(done => Results.Ok(done.ToResponse()), errors => errors.ToProblem());
    }
}
