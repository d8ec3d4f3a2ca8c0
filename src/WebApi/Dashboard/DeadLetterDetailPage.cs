using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Queue;
using Microsoft.AspNetCore.Antiforgery;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>One dead letter: what was asked, how it failed each time, what it wrote last, and what to do about it.</summary>
/// <param name="log">The last lines, oldest first; null when they cannot be read.</param>
/// <param name="form">What shows that the page's form is ours; null when the caller may not replay and discard.</param>
/// <param name="refusal">Why the last action was refused.</param>
internal sealed class DeadLetterDetailPage(DeadLetter letter, IReadOnlyList<LogEntry>? log, AntiforgeryTokenSet? form, string? refusal)
    : DashboardPage("Dead letter")
{
    private static readonly JsonSerializerOptions Readable =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    protected override void Content()
    {
        if (refusal is not null) Markup($"<div class=\"alert alert-danger\" role=\"alert\">{refusal}</div>");
        Markup($"<p><a href=\"{Url.To("/dead-letters")}\">All dead letters</a></p>");
        Facts();
        if (letter.Resolution is null && form is not null) Actions(form);
        if (letter.Resolution is null && form is null)
            Markup($"<p class=\"text-muted\">Replaying and discarding need the scope operations:write.</p>");
        History();
        Markup($"<h3>Message</h3><pre>{JsonSerializer.Serialize(letter.Message, Readable)}</pre>");
        if (log is null) Markup($"<p class=\"text-muted\">The last log lines cannot be read: the object store is away.</p>");
        if (log is null or []) return;

        Markup($"<h3>Last log lines</h3><pre>");
        foreach (var entry in log) Markup($"{AnsiText.Strip(entry.Message)}\n");
        Markup($"</pre>");
    }

    private void Facts()
    {
        Markup(
            $"<dl class=\"dl-horizontal\"><dt>Deployment</dt><dd>{letter.DeploymentId?.Value ?? "none: the message cannot be read"}</dd>");
        Markup($"<dt>Project</dt><dd>{letter.ProjectId ?? "–"}</dd><dt>Organization</dt><dd>{letter.OrganizationId ?? "–"}</dd>");
        Markup($"<dt>Reason</dt><dd>{letter.Reason}</dd><dt>Final error</dt><dd>{letter.FinalError}</dd>");
        Markup($"<dt>Retries</dt><dd>{letter.TotalRetries}</dd>");
        Markup($"<dt>Queue</dt><dd>{letter.OriginalQueue}</dd><dt>Since (UTC)</dt><dd>");
        Time(letter.CreatedAt);
        Markup($"</dd>");
        if (letter.Resolution is { } done)
        {
            Markup($"<dt>Settled</dt><dd>{done.Action.ToString().ToLowerInvariant()} by {done.By}, ");
            Time(done.At);
            Markup($"</dd>");
            if (done.ReplayId is { } replay) Markup($"<dt>New deployment</dt><dd>{replay.Value}</dd>");
            if (done.Note is { } note) Markup($"<dt>Note</dt><dd>{note}</dd>");
        }

        Markup($"</dl>");
    }

    private void Actions(AntiforgeryTokenSet tokens)
    {
        Markup($"<form class=\"form-inline\" method=\"post\" action=\"{Url.To($"/dead-letters/{letter.Id}")}\"><p>");
        Markup($"<input type=\"hidden\" name=\"{tokens.FormFieldName}\" value=\"{tokens.RequestToken}\">");
        Markup($"<label for=\"note\">Note</label> ");
        Markup($"<input class=\"form-control\" id=\"note\" name=\"note\" maxlength=\"{DeadLetter.LongestNote}\" placeholder=\"why\"> ");
        if (letter.DeploymentId is not null) Markup($"<button class=\"btn btn-primary\" name=\"action\" value=\"replay\">Replay</button> ");
        Markup($"<button class=\"btn btn-danger\" name=\"action\" value=\"discard\">Discard</button></p></form>");
    }

    private void History()
    {
        Markup($"<h3>What failed</h3>");
        Table(["When (UTC)", "Attempt", "Step", "Code", "Message"], letter.RetryHistory, Row);
    }

    private void Row(FailedAttempt failed)
    {
        Markup($"<tr><td class=\"min-width\">");
        Time(failed.At);
        Markup($"</td><td>{failed.Attempt}</td><td>{failed.Step ?? "–"}</td><td>{failed.Code}</td><td>{failed.Message}</td></tr>");
    }
}
