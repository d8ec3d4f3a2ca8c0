using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>The deployments that run or wait, with their step and progress.</summary>
internal sealed class DeploymentsPage(IReadOnlyList<DeploymentView> active, DateTimeOffset now) : DashboardPage("Deployments")
{
    protected override void Content()
    {
        if (active.Count == 0)
        {
            Markup($"<div class=\"alert alert-info\">No deployment runs or waits.</div>");
            return;
        }

        Table(["Deployment", "Project", "Organization", "Status", "Step", "Attempt", "Progress", "Age"], active, Row);
    }

    private void Row(DeploymentView view)
    {
        Markup($"<tr><td>{view.Id.Value}</td><td>{view.ProjectId}</td><td>{view.OrganizationId}</td><td>{view.Status.WireName()}</td>");
        Markup($"<td title=\"{view.Stage}\">{view.CurrentStep?.WireName() ?? "–"}</td><td>{view.Attempt} of {view.MaxAttempts}</td>");
        Markup($"<td><progress max=\"100\" value=\"{view.Progress}\"></progress> {view.Progress} %</td>");
        Markup($"<td>{(int)(now - view.CreatedAt).TotalSeconds} s</td></tr>");
    }
}
