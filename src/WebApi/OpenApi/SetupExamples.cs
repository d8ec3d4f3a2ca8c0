using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Projects;
using Libra.Deploy.WebApi.Quotas;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>Examples of projects, quotas and tokens.</summary>
internal static class SetupExamples
{
    private const string Prefix = "ldt_Zm9vYmFy";
    private static readonly string[] Granted = [Scopes.DeploymentsRead, Scopes.DeploymentsWrite];

    private static readonly TokenSummary Issued = new(
        Sample.Id, "ci", Prefix, Sample.Organization, Sample.User, Granted, Sample.Now, Sample.Later, null, Sample.Now);

    public static readonly IReadOnlyList<object> All =
    [
        new ProjectBody(Sample.Organization, Sample.User, "Shop", "static", [new ProjectFile("index.html", "<h1>Hello</h1>")]),
        new ProjectResponse(true, new ProjectView(
            Sample.Project, Sample.Organization, Sample.User, "Shop", "static", true, "deployed", Sample.Deployment.Value, Sample.Address,
            null, null, null, "proj-shop-worker", Sample.Now, Sample.Now)),
        new LimitsBody(DeployLimit: 100, PlanName: "PRO", BillingInterval: "month", PeriodEnd: Sample.Later),
        QuotaResponse.For(new QuotaView(12, 88, [new PlanView("PRO", 88, Sample.Later, "month")], Sample.Later)),
        new TokenBody("ci", Granted, Sample.Organization, Sample.User, Sample.Later),
        new CreatedTokenResponse(
            true, Sample.Id, Prefix + new string('x', 35), "ci", Prefix, Sample.Organization, Sample.User, Granted, Sample.Now,
            Sample.Later),
        new TokenResponse(true, Issued),
        new TokenListResponse(true, [Issued]),
        new TokenRevokedResponse(true, Sample.Id),
    ];
}
