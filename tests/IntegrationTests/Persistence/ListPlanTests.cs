using System.Text.RegularExpressions;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.IntegrationTests.Service;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>
/// Lists cost the same with a thousand and with a million deployments as long as an index gives their rows in order. In a small table
/// PostgreSQL rightly reads and sorts everything; told not to, it shows whether it would have another way.
/// </summary>
public sealed class ListPlanTests(LibraService service)
{
    private static readonly DeploymentCursor Somewhere = new(
        new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), DeploymentId.Parse("deploy_1_abc"));

    public static TheoryData<string> Lists => [.. Filters.Keys];

    private static readonly Dictionary<string, DeploymentFilter> Filters = new()
    {
        ["all"] = new DeploymentFilter(null, 20),
        ["all, next page"] = new DeploymentFilter(null, 20, Somewhere),
        ["an organization"] = new DeploymentFilter(["org"], 20),
        ["an organization, next page"] = new DeploymentFilter(["org"], 20, Somewhere),
        ["an organization's failed ones"] = new DeploymentFilter(["org"], 20, Status: DeploymentStatus.Failed),
        ["failed ones"] = new DeploymentFilter(null, 20, Status: DeploymentStatus.Failed),
        ["a project"] = new DeploymentFilter(null, 20, ProjectId: "project"),
        ["a user"] = new DeploymentFilter(null, 20, UserId: "user"),
        ["a project by its id"] = new DeploymentFilter(null, 20, Text: "project"),
        ["a span of time"] = new DeploymentFilter(null, 20, Since: Somewhere.CreatedAt, Until: Somewhere.CreatedAt.AddDays(1)),
    };

    // Gone with the transaction: without it the plan depends on what other tests have left, and among few rows any index will do.
    private const string SomeHistory =
        """
        INSERT INTO deploy.deployments (id, artifact_reused, attempt, created_at, completed_at, due_at, fencing_token, interruptions, organization_id, progress,
            project_id, request_id, source, status, user_id, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
        SELECT 'deploy_' || 1500000000000 + i || '_' || lpad(i::text, 9, '0'), false, 1, at, at, at, 1, 0, CASE WHEN i % 50 = 0 THEN 'org' ELSE 'org-' || i % 50 END, 100,
            CASE WHEN i % 100 = 0 THEN 'project' ELSE 'project-' || i % 200 END, i::text, 'Request', CASE WHEN i % 20 < 2 THEN 'failed' ELSE 'completed' END, CASE WHEN i % 50 = 0 THEN 'user' ELSE 'user-' || i % 50 END, false, false, 4, 5, interval '10 minutes'
        FROM (SELECT i, timestamptz '2026-11-20' - i * interval '30 minutes' AS at FROM generate_series(1, 10000) i) history;
        ANALYZE deploy.deployments;
        """;

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task List_OfAnyKind_IsReadFromAnIndexInItsOrder(string list)
    {
        var plan = await PlanOfAsync(Filters[list]);

        plan.Should().MatchRegex("Index (Only )?Scan using ix_deployments").And.NotContain("Sort").And.NotContain(
            "Filter:", "what is filtered away was read first");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(DeploymentStatus.Failed)]
    public async Task List_OfSeveralOrganizations_AsksEachForItsNewestAndSortsOnlyThose(DeploymentStatus? status)
    {
        var filter = new DeploymentFilter(["org", "org-1", "org-2"], 20, Somewhere, status);

        var plan = await PlanOfAsync(filter);

        plan.Should().NotContain("Filter:");
        plan.Should().MatchRegex(
            @"Nested Loop[\s\S]+->  Limit [^\n]+\n *->  Index (Only )?Scan using ix_deployments_organization_id[^\n]+\n *Index Cond: \(\(organization_id = ");
        Regex.Count(plan, "Sort  ").Should().BeLessThanOrEqualTo(1, plan);
    }

    [Theory]
    [InlineData("deploy_17954", null)]
    [InlineData("deploy_1795435200000_a", null)]
    [InlineData("deploy_17954", "org")]
    public async Task List_ByTheStartOfAnId_ReadsOnlyTheTimeThatTheIdNames(string start, string? organization)
    {
        var plan = await PlanOfAsync(new DeploymentFilter(organization is null ? null : [organization], 20, Text: start));

        plan.Should().MatchRegex("Index (Only )?Scan using ix_deployments").And.NotContain("Sort").And.MatchRegex(
            @"Index Cond: .*created_at >= .*created_at < ");
    }

    [Fact]
    public async Task List_ByAWholeId_LooksItUp()
    {
        var plan = await PlanOfAsync(new DeploymentFilter(["org"], 20, Text: "deploy_1795435200000_abcdefghi"));

        plan.Should().MatchRegex(@"Index Cond: .*\(id = ").And.NotContain("Filter:").And.NotContain("created_at >=");
    }

    // Of the places alone: the rows and their steps are looked up by key.
    private async Task<string> PlanOfAsync(DeploymentFilter filter)
    {
        await using var scope = service.Services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<LibraDbContext>();
        await using var transaction = await database.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await database.Database.ExecuteSqlRawAsync(SomeHistory, TestContext.Current.CancellationToken);
        await database.Database.ExecuteSqlRawAsync(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off",
            TestContext.Current.CancellationToken);

        return await ExplainAsync(new DeploymentQueries(database).Places(filter));
    }

    private static async Task<string> ExplainAsync(IQueryable<DeploymentCursor> query)
    {
        await using var command = query.CreateDbCommand();
        command.CommandText = $"EXPLAIN {command.CommandText}";
        await using var rows = await command.ExecuteReaderAsync();
        var plan = new List<string>();
        while (await rows.ReadAsync()) plan.Add(rows.GetString(0));
        return string.Join('\n', plan);
    }
}
