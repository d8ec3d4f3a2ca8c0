using ErrorOr;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;

namespace Libra.Deploy.WebApi.Queue;

/// <summary>Reads what clients ask about dead letters.</summary>
internal static class DeadLetterRequests
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 100;

    private static readonly string[] States = ["open", "resolved"];

    /// <summary>Describes what <see cref="ReadFilter"/> reads.</summary>
    public static RouteHandlerBuilder WithDeadLetterParameters(this RouteHandlerBuilder route) => route
        .Query("limit", Form.Whole(1, LargestLimit), $"How many at most; {DefaultLimit} when it is missing.")
        .Query("cursor", Form.Text, "`nextCursor` of the page before.")
        .Query("reason", Form.OneOf(DeadLetterReasons.All), "Only for this reason.")
        .Query("orgId", Form.Text, "Only of this organization.")
        .Query("state", Form.OneOf(States), "Only those that wait for somebody, or only settled ones.");

    /// <summary>The filter of a list.</summary>
    public static ErrorOr<DeadLetterFilter> ReadFilter(IQueryCollection parameters)
    {
        var query = new QueryReader(parameters);
        var limit = (int)query.Integer("limit", DefaultLimit, 1, LargestLimit);
        var reason = query.OptionalChoice("reason", DeadLetterReasons.All);
        var organization = query.OptionalText("orgId");
        var state = query.OptionalChoice("state", States);
        var text = query.OptionalText("cursor");
        var cursor = DeadLetterId.TryParse(text);
        if (text is not null && cursor is null) query.Errors.Add(Problems.InvalidField("cursor", "Invalid cursor"));
        if (query.Errors.Count > 0) return query.Errors;

        return new DeadLetterFilter(
            organization is null ? null : [organization], limit, cursor, reason, state is null ? null : state == "resolved");
    }

    /// <summary>The filter and the limit of a bulk replay; a body is needed, so that nobody replays everything by a slip.</summary>
    public static async Task<ErrorOr<(DeadLetterFilter Filter, ReplayRequest Request)>> ReadBulkAsync(
        HttpContext http, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors;

        var fields = new FieldReader(body.Value.Root);
        var limit = (int)(fields.OptionalInteger("limit", 1, LargestLimit) ?? DefaultLimit);
        var reason = fields.OptionalChoice("reason", DeadLetterReasons.All);
        var organization = fields.OptionalText("orgId");
        var note = fields.OptionalText("note", DeadLetter.LongestNote);
        if (fields.Errors.Count > 0) return fields.Errors;

        return (new DeadLetterFilter(organization is null ? null : [organization], limit, null, reason), RequestOf(http, note));
    }

    /// <summary>The note of a replay or a discard; the whole body may be missing.</summary>
    public static async Task<ErrorOr<ReplayRequest>> ReadNoteAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadOptionalAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors;
        if (body.Value is null) return RequestOf(http, null);

        var fields = new FieldReader(body.Value.Root);
        var note = fields.OptionalText("note", DeadLetter.LongestNote);
        return fields.Errors.Count > 0 ? fields.Errors : RequestOf(http, note);
    }

    private static ReplayRequest RequestOf(HttpContext http, string? note) => new(http.Caller().Id, note, http.TraceIdentifier);
}
