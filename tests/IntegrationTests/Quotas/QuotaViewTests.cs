using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Quotas;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Quotas;

public sealed class QuotaViewTests(TestPostgres server) : IAsyncLifetime
{
    private readonly string _organization = QuotaBooks.NewOrganization();
    private QuotaBooks _books = null!;

    public async ValueTask InitializeAsync() => _books = await QuotaBooks.OpenAsync(server);

    public ValueTask DisposeAsync() => _books.DisposeAsync();

    [Fact]
    public async Task GetQuota_AfterChargesAndRefunds_ShowsWhatStands()
    {
        await _books.AddPlanAsync(_organization, "FREE", left: 5);
        await _books.AddPlanAsync(_organization, "MAX", left: 100, ends: "9 days");
        await _books.AddPlanAsync(_organization, "OLD", left: 100, ends: "-1 day");
        for (var i = 0; i < 7; i++) await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment());
        var refunded = QuotaBooks.NewDeployment();
        await _books.ChargeAsync(_organization, refunded);
        await _books.RefundAsync(refunded);

        var quota = (await SendAsync(new GetQuotaQuery(OrganizationFilter.All, _organization))).Value;

        (quota.Total, quota.Used, quota.Remaining).Should().Be((105L, 7L, 98L));
        quota.Plans.Select(plan => (plan.PlanName, plan.Remaining, plan.BillingInterval))
            .Should().Equal(("FREE", 0, "month"), ("MAX", 98, "month"));
        quota.ResetDate.Should().Be(quota.Plans[1].PeriodEnd);
    }

    [Fact]
    public async Task GetQuota_WhenARefreshIsDue_ShowsTheNewAllowance()
    {
        await _books.AddPlanAsync(_organization, "PRO", left: 2, interval: "year", refreshed: "5 days");
        await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment());
        await _books.Database.ExecuteAsync("UPDATE public.subscription_limit SET last_quota_refresh = now() - interval '40 days'");

        var quota = (await SendAsync(new GetQuotaQuery(OrganizationFilter.All, _organization))).Value;

        (quota.Total, quota.Used, quota.Remaining).Should().Be(((long)QuotaBooks.ProAllowance, 0L, (long)QuotaBooks.ProAllowance));
    }

    [Fact]
    public async Task GetQuota_OfAForeignOrganization_IsNotFound()
    {
        await _books.AddPlanAsync(_organization, "FREE", left: 5);

        var quota = await SendAsync(new GetQuotaQuery(new OrganizationFilter(["another"]), _organization));

        quota.FirstError.Code.Should().Be("NOT_FOUND");
    }

    [Fact]
    public async Task SetLimits_WithoutAPlan_MakesOneThatCanBeCharged()
    {
        var quota = await SendAsync(new SetLimitsCommand(new PlanLimit(_organization, "FREE", 2, "month", null)));
        await SendAsync(new SetLimitsCommand(new PlanLimit(_organization, "FREE", 1, "month", null)));

        quota.Value.Remaining.Should().Be(2);
        (await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment())).IsError.Should().BeFalse();
        (await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment())).IsError.Should().BeTrue();
    }

    [Fact]
    public async Task SetLimits_WithoutAnEnd_MakesAPlanThatDoesNotEndNorPromisesMore()
    {
        var made = await SendAsync(new SetLimitsCommand(new PlanLimit(_organization, "FREE", 2, "month", null)));

        made.Value.Plans.Should().ContainSingle().Which.PeriodEnd.Should().Be(QuotaPlan.Never);
        made.Value.ResetDate.Should().BeNull();
        (await _books.Database.AskAsync<bool>(
            "SELECT period_end = '9999-12-31T00:00:00Z' FROM public.subscription_limit WHERE organization_id = $1", _organization))
            .Should().BeTrue("others that read the table find a time in it");
    }

    [Fact]
    public async Task SetLimits_WithAnEnd_KeepsIt_UntilThePlanIsSetAnew()
    {
        var end = new DateTimeOffset(DateTimeOffset.UtcNow.Date.AddDays(40), TimeSpan.Zero);

        var limited = await SendAsync(new SetLimitsCommand(new PlanLimit(_organization, "FREE", 2, "month", end)));
        var unlimited = await SendAsync(new SetLimitsCommand(new PlanLimit(_organization, "FREE", 2, "month", null)));

        (limited.Value.Plans[0].PeriodEnd, limited.Value.ResetDate).Should().Be((end, end));
        (unlimited.Value.Plans[0].PeriodEnd, unlimited.Value.ResetDate).Should().Be((QuotaPlan.Never, null));
    }

    [Fact]
    public async Task SetLimits_OfThePlatformsPlan_ChangesOnlyWhatIsOurs()
    {
        const string Others = "SELECT (to_jsonb(s) - 'deploy_limit' - 'last_quota_refresh' - 'updated_at')::text FROM public.subscription_limit s WHERE id = $1";
        var plan = await _books.AddPlanAsync(_organization, "PRO", left: 1, interval: "year");
        var before = await _books.Database.AskAsync<string>(Others, plan);

        var quota = await SendAsync(
            new SetLimitsCommand(new PlanLimit(_organization, "PRO", 77, "month", DateTimeOffset.UtcNow.AddDays(900))));

        quota.Value.Remaining.Should().Be(77, "a refresh that was due must not undo what the operator set");
        (await _books.Database.AskAsync<string>(Others, plan)).Should().Be(before);
    }

    [Theory]
    [InlineData("FREE", -1, "month", 1)]
    [InlineData("", 1, "month", 1)]
    [InlineData("FREE", 1, "week", 1)]
    [InlineData("FREE", 1, "month", -1)]
    public async Task SetLimits_WhenMalformed_IsRefused(string plan, int deployments, string interval, int endsInDays)
    {
        var limit = new PlanLimit(_organization, plan, deployments, interval, DateTimeOffset.UtcNow.AddDays(endsInDays));

        (await SendAsync(new SetLimitsCommand(limit))).FirstError.Code.Should().Be("VALIDATION_ERROR");
    }

    private async Task<ErrorOr<QuotaView>> SendAsync(IRequest<ErrorOr<QuotaView>> request)
    {
        await using var scope = _books.Database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken);
    }
}
