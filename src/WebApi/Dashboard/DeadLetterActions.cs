using ErrorOr;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using MediatR;
using Microsoft.AspNetCore.Antiforgery;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>The buttons of the dead letter's page.</summary>
internal static class DeadLetterActions
{
    private static readonly Error NotOurs = Problems.InvalidRequest("The form is not from this page, or too old. Load the page again.");

    /// <summary>Replays or discards, and shows the page again; only for a form that this page made for this caller.</summary>
    public static async Task<IResult> RunAsync(
        string id, HttpContext http, IMediator mediator, IAntiforgery antiforgery, CancellationToken cancellationToken)
    {
        if (DeadLetterId.TryParse(id) is not { } letter) return DeadLetterErrors.NotFound(id).ToProblem();
        if (!http.Request.HasFormContentType) return Problems.InvalidRequest("A form is expected.").ToProblem();

        // First, because the look for the form's token reads it as well, and throws.
        var form = await FormBody.ReadAsync(http.Request, cancellationToken);
        if (form.IsError) return form.Errors.ToProblem();

        var isOurs = await antiforgery.IsRequestValidAsync(http);
        if (!isOurs && !AccessAnswers.IsForAPerson(http.Request)) return NotOurs.ToProblem();

        var result = isOurs ? await ActAsync(letter, form.Value, http, mediator, cancellationToken) : NotOurs;
        http.Response.Headers.Location =
            $"{LoginCookie.Area}/dead-letters/{letter}" + (result.IsError ? $"?refused={result.FirstError.Code}" : string.Empty);
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Why an action was refused, for the page; only codes travel in the address, so nobody else can put words there.</summary>
    public static string Explain(string code) => code switch
    {
        "DEPLOYMENT_IN_PROGRESS" => "The project has another deployment under way. Replay when that one has ended.",
        "DEPLOYMENT_QUOTA_EXCEEDED" => "The organization has no deployment left.",
        "INVALID_STATE" => "The dead letter is settled already, or nothing is left of it that could be replayed.",
        "PROJECT_NOT_FOUND" => "The project does not exist any more.",
        "PROJECT_INACTIVE" => "The project is switched off.",
        "INVALID_REQUEST" => "The form was too old, or not from this page, and nothing was done. It is a new one now: send it again.",
        "NOT_FOUND" => "The dead letter does not exist any more.",
        _ => "The action was refused.",
    };

    private static async Task<ErrorOr<Success>> ActAsync(
        DeadLetterId id, IFormCollection form, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var note = form["note"].ToString() is { Length: > 0 } text ? text : null;
        return form["action"].ToString() switch
        {
            "replay" => await ReplayAsync(id, note, http, mediator, cancellationToken),
            "discard" => await DiscardAsync(id, note, http, mediator, cancellationToken),
            _ => Problems.InvalidRequest("The action is replay or discard."),
        };
    }

    private static async Task<ErrorOr<Success>> ReplayAsync(
        DeadLetterId id, string? note, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var request = new ReplayRequest(http.Caller().Id, note, http.TraceIdentifier);
        var replayed = await mediator.Send(new ReplayDeadLetterCommand(http.Caller().Visible(), id, request), cancellationToken);
        return replayed.IsError ? replayed.Errors : Result.Success;
    }

    private static async Task<ErrorOr<Success>> DiscardAsync(
        DeadLetterId id, string? note, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var discarded = await mediator.Send(
            new DiscardDeadLetterCommand(http.Caller().Visible(), id, http.Caller().Id, note), cancellationToken);
        return discarded.IsError ? discarded.Errors : Result.Success;
    }
}
