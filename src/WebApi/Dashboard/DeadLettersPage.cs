using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>The table of dead letters with its filter.</summary>
internal sealed class DeadLettersPage(DeadLetterPage page, string? reason, string? organization, string state)
    : DashboardPage("Dead letters")
{
    protected override void Content()
    {
        Filter();
        if (page.Letters.Count == 0)
        {
            Markup($"<div class=\"alert alert-success\">There is no dead letter here.</div>");
            return;
        }

        Table(["When (UTC)", "Deployment", "Project", "Organization", "Reason", "Retries", "Error", "State"], page.Letters, Row);
        if (page.Next is not { } next) return;

        Markup($"<p><a class=\"btn btn-default\" href=\"{Url.To("/dead-letters")}");
        Markup($"?state={state}&reason={reason}&orgId={organization}&cursor={next}\">Older</a></p>");
    }

    private void Filter()
    {
        Markup($"<form class=\"form-inline\" method=\"get\" action=\"{Url.To("/dead-letters")}\"><p>");
        Choice("state", "State", state, ["open", "resolved", "all"], any: null);
        Choice("reason", "Reason", reason, DeadLetterReasons.All, any: "any reason");
        Markup($"<label for=\"orgId\">Organization</label> ");
        Markup($"<input class=\"form-control\" id=\"orgId\" name=\"orgId\" value=\"{organization}\" placeholder=\"any\"> ");
        Markup($"<button class=\"btn btn-default\">Filter</button></p></form>");
    }

    private void Choice(string name, string label, string? chosen, IEnumerable<string> values, string? any)
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

    private void Row(DeadLetter letter)
    {
        Markup($"<tr><td class=\"min-width\">");
        Time(letter.CreatedAt);
        Markup($"</td><td><a href=\"{Url.To($"/dead-letters/{letter.Id}")}\">");
        Markup($"{letter.DeploymentId?.Value ?? "(unreadable message)"}</a></td>");
        Markup($"<td>{letter.ProjectId}</td><td>{letter.OrganizationId}</td><td>{letter.Reason}</td><td>{letter.TotalRetries}</td>");
        Markup($"<td>{letter.FinalError.Shortened(120)}</td>");
        Markup($"<td>{letter.Resolution?.Action.ToString().ToLowerInvariant() ?? "open"}</td></tr>");
    }
}
