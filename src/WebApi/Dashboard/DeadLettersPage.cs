using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>The table of dead letters with its filter.</summary>
internal sealed class DeadLettersPage(DeadLetterPage page, string? reason, string? organization, string state)
    : DashboardPage("Dead letters")
{
    private static readonly string[] Reasons =
        [
            DeadLetterReasons.MaxRetriesExceeded, DeadLetterReasons.ProcessingTimeout, DeadLetterReasons.InvalidMessage,
            DeadLetterReasons.SystemError];

    protected override void Content()
    {
        Filter();
        if (page.Letters.Count == 0)
        {
            Markup($"<div class=\"alert alert-success\">There is no dead letter here.</div>");
            return;
        }

        Table();
        if (page.Next is { } next)
            Markup($"<p><a class=\"btn btn-default\" href=\"{Url.To("/dead-letters")}?state={state}&reason={reason}&orgId={organization}&cursor={next}\">Older</a></p>");
    }

    private void Filter()
    {
        Markup($"<form class=\"form-inline\" method=\"get\" action=\"{Url.To("/dead-letters")}\"><p>");
        Choice("state", "State", state, ["open", "resolved", "all"], any: null);
        Choice("reason", "Reason", reason, Reasons, any: "any reason");
        Markup($"<label for=\"orgId\">Organization</label> <input class=\"form-control\" id=\"orgId\" name=\"orgId\" value=\"{organization}\" placeholder=\"any\"> ");
        Markup($"<button class=\"btn btn-default\">Filter</button></p></form>");
    }

    private void Choice(string name, string label, string? chosen, string[] values, string? any)
    {
        Markup($"<label for=\"{name}\">{label}</label> <select class=\"form-control\" id=\"{name}\" name=\"{name}\">");
        if (any is not null) Markup($"<option value=\"\">{any}</option>");
        foreach (var value in values)
        {
            if (value == chosen) Markup($"<option selected>{value}</option>");
            else Markup($"<option>{value}</option>");
        }

        Markup($"</select> ");
    }

    private void Table()
    {
        Markup($"<div class=\"table-responsive\"><table class=\"table table-hover\"><thead><tr>");
        Markup($"<th>When (UTC)</th><th>Deployment</th><th>Project</th><th>Organization</th><th>Reason</th><th>Retries</th><th>Error</th><th>State</th></tr></thead><tbody>");
        foreach (var letter in page.Letters)
        {
            Markup($"<tr><td class=\"min-width\">");
            Time(letter.CreatedAt);
            Markup($"</td><td><a href=\"{Url.To($"/dead-letters/{letter.Id}")}\">{letter.DeploymentId?.Value ?? "(unreadable message)"}</a></td>");
            Markup($"<td>{letter.ProjectId}</td><td>{letter.OrganizationId}</td><td>{letter.Reason}</td><td>{letter.TotalRetries}</td>");
            Markup($"<td>{Shortened(letter.FinalError)}</td><td>{letter.Resolution?.Action.ToString().ToLowerInvariant() ?? "open"}</td></tr>");
        }

        Markup($"</tbody></table></div>");
    }

    private static string Shortened(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
