using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Quotas;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Quotas;

/// <summary>The statement that charges follows the same rules as the domain, which says what is shown.</summary>
public sealed class PlanChoiceTests(TestPostgres server)
{
    private const int Organizations = 300;

    // Local times would move a month's end by hours, and at a change of clocks by one more.
    private const string FarFromUtc = "America/New_York";

    [Fact]
    public async Task Charge_OfAnySetOfPlans_TakesThePlanThatTheDomainNames()
    {
        await using var books = await QuotaBooks.OpenAsync(server, FarFromUtc);
        var random = new Random(20261123);
        var chosen = new HashSet<string>();
        for (var i = 0; i < Organizations; i++)
        {
            var organization = QuotaBooks.NewOrganization();
            foreach (var name in new[] { "FREE", "PRO", "MAX", "free" }.Where(_ => random.Next(2) == 0))
                await AddAnyAsync(books, random, organization, name);
            var expected = await FindAsync(books, organization);

            var deployment = QuotaBooks.NewDeployment();
            var charged = await books.ChargeAsync(organization, deployment);

            charged.IsError.Should().Be(expected.NextToCharge is null);
            if (expected.NextToCharge is not { } plan) continue;
            (await books.Database.AskAsync<string>("SELECT plan_id FROM deploy.quota_charges WHERE deployment_id = $1", deployment.Value))
                .Should().Be(plan.Id);
            (await books.LeftAsync(plan.Id)).Should().Be(expected.RemainingOf(plan) - 1);
            chosen.Add($"{plan.Name} {plan.BillingInterval} {plan.IsRefreshDue(expected.Now)}");
        }

        chosen.Should().HaveCountGreaterThan(6, "the draws must reach the different kinds of plans");
    }

    [Fact]
    public async Task Refresh_InPostgres_AddsMonthsAsTheDomainDoes()
    {
        await using var books = await QuotaBooks.OpenAsync(server, FarFromUtc);
        var first = new DateTimeOffset(2027, 12, 1, 23, 30, 0, TimeSpan.Zero);
        for (var last = first; last < first.AddDays(460); last = last.AddDays(1)) // over 29 February 2028 and all changes of clocks
        {
            var due = await books.Database.AskAsync<DateTime>(
                "SELECT ($1::timestamptz AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC'", last);
            var plan = new QuotaPlan("1", "org", "PRO", 0, first, first.AddYears(9), billingInterval: "year", lastRefresh: last);

            plan.IsRefreshDue(due).Should().BeTrue();
            plan.IsRefreshDue(new DateTimeOffset(due).AddTicks(-1)).Should().BeFalse();
        }
    }

    private static async Task AddAnyAsync(QuotaBooks books, Random random, string organization, string name) => await books.AddPlanAsync(
        organization,
        name,
        left: random.Next(-1, 3),
        interval: random.Next(2) == 0 ? "month" : "year",
        ends: $"{random.Next(-2, 9)} days",
        refreshed: random.Next(4) == 0 ? null : $"{random.Next(25, 35)} days {random.Next(24)} hours",
        active: random.Next(5) > 0);

    private static async Task<OrganizationQuota> FindAsync(QuotaBooks books, string organization)
    {
        await using var scope = books.Database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IQuotaPlans>().FindAsync(organization, TestContext.Current.CancellationToken);
    }
}
