using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Quotas;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Quotas;

public sealed class QuotaChargesTests(TestPostgres server) : IAsyncLifetime
{
    private readonly string _organization = QuotaBooks.NewOrganization();
    private QuotaBooks _books = null!;

    public async ValueTask InitializeAsync() => _books = await QuotaBooks.OpenAsync(server);

    public ValueTask DisposeAsync() => _books.DisposeAsync();

    [Fact]
    public async Task Charge_WhenFiveHundredComeAtOnceForForty_TakesExactlyForty()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 40);

        var results = await QuotaBooks.AtOnceAsync(500, _ => _books.ChargeAsync(_organization, QuotaBooks.NewDeployment()));

        results.Count(result => !result.IsError).Should().Be(40);
        results.Where(result => result.IsError).Should().OnlyContain(result => result.FirstError.Code == "DEPLOYMENT_QUOTA_EXCEEDED");
        (await _books.LeftAsync(plan)).Should().Be(0);
        (await _books.StandingAsync(plan)).Should().Be(40);
    }

    [Fact]
    public async Task Charge_WhenPlansRunOutUnderLoad_GoesFromAnnualToFreeToPaid()
    {
        var annual = await _books.AddPlanAsync(_organization, "PRO", left: 3, interval: "year", refreshed: "32 days");
        var free = await _books.AddPlanAsync(_organization, "FREE", left: 25);
        var paid = await _books.AddPlanAsync(_organization, "MAX", left: 1000);

        var results = await QuotaBooks.AtOnceAsync(100, _ => _books.ChargeAsync(_organization, QuotaBooks.NewDeployment()));

        results.Should().NotContain(result => result.IsError);
        (await _books.StandingAsync(annual))
            .Should().Be(QuotaBooks.ProAllowance, "the refresh that was due came once and before anything else");
        (await _books.StandingAsync(free)).Should().Be(25);
        (await _books.StandingAsync(paid)).Should().Be(100 - QuotaBooks.ProAllowance - 25);
        (await _books.LeftAsync(annual)).Should().Be(0);
        (await _books.LeftAsync(free)).Should().Be(0);
        (await _books.LeftAsync(paid)).Should().Be(1000 - (100 - QuotaBooks.ProAllowance - 25));
    }

    [Fact]
    public async Task Charge_WhenTheSameDeploymentIsChargedManyTimes_TakesOne()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 10);
        var deployment = QuotaBooks.NewDeployment();

        var results = await QuotaBooks.AtOnceAsync(30, _ => _books.ChargeAsync(_organization, deployment));

        results.Should().NotContain(result => result.IsError);
        (await _books.LeftAsync(plan)).Should().Be(9);
        (await _books.IsChargedAsync(deployment)).Should().BeTrue();
    }

    [Fact]
    public async Task Charge_WhenNothingIsLeft_SaysWhenThereIsAgain()
    {
        await _books.AddPlanAsync(_organization, "FREE", left: 0, ends: "5 days");
        await _books.AddPlanAsync(_organization, "MAX", left: 0, ends: "9 days");

        var result = await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment());

        result.FirstError.Description.Should().Be(
            $"Deploy quota exhausted for organization {_organization}. Please upgrade your plan or wait for quota reset.");
        var reset = (DateTimeOffset)result.FirstError.Metadata!["resetDate"];
        reset.Should().BeCloseTo(DateTimeOffset.UtcNow.AddDays(5), TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task Charge_WhenTheOperatorsPlanHasEnded_SaysThatItHas()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 3, ends: "-1 day");
        await _books.Database.ExecuteAsync("UPDATE public.subscription_limit SET plan_id = 'set-by-operator' WHERE id = $1", plan);
        var yesterday = await _books.Database.AskAsync<string>(
            "SELECT to_char(period_end AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM public.subscription_limit WHERE id = $1", plan);

        var refusal = (await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment())).FirstError;

        refusal.Code.Should().Be("DEPLOYMENT_QUOTA_EXCEEDED");
        refusal.Description.Should().Be($"Deploy quota exhausted for organization {_organization}. "
            + $"Its plan FREE ended on {yesterday}; an operator can set it anew.");
        refusal.Metadata.Should().Contain("reason", "plan_ended").And.Contain("planName", "FREE").And.ContainKey("periodEnd")
            .And.NotContainKey("resetDate");
    }

    [Fact]
    public async Task Charge_WhenThePlatformsPlanHasEnded_SaysWhatItAlwaysSaid()
    {
        await _books.AddPlanAsync(_organization, "FREE", left: 3, ends: "-1 day");

        var refusal = (await _books.ChargeAsync(_organization, QuotaBooks.NewDeployment())).FirstError;

        refusal.Description.Should().Be(
            $"Deploy quota exhausted for organization {_organization}. Please upgrade your plan or wait for quota reset.");
        refusal.Metadata.Should().BeNull();
    }

    [Fact]
    public async Task Charge_WhenTheTransactionIsUndone_LeavesNothing()
    {
        var plan = await _books.AddPlanAsync(_organization, "PRO", left: 3, interval: "year", refreshed: "40 days");
        var deployment = QuotaBooks.NewDeployment();
        await using (var scope = _books.Database.Services.CreateAsyncScope())
        {
            await using var transaction = await scope.ServiceProvider.GetRequiredService<IUnitOfWork>()
                .BeginAsync(TestContext.Current.CancellationToken);
            var charged = await scope.ServiceProvider.GetRequiredService<IQuotaCharges>()
                .ChargeAsync(_organization, deployment, TestContext.Current.CancellationToken);
            charged.IsError.Should().BeFalse();
        }

        (await _books.LeftAsync(plan)).Should().Be(3);
        (await _books.IsChargedAsync(deployment)).Should().BeFalse();
    }

    [Fact]
    public async Task Charge_OnThePlatformsTable_WritesOnlyTheColumnsThatAreOurs()
    {
        const string Others = "SELECT (to_jsonb(s) - 'deploy_limit' - 'last_quota_refresh' - 'updated_at')::text FROM public.subscription_limit s WHERE id = $1";
        var plan = await _books.AddPlanAsync(_organization, "PRO", left: 3, interval: "year");
        var before = await _books.Database.AskAsync<string>(Others, plan);
        var deployment = QuotaBooks.NewDeployment();

        await _books.ChargeAsync(_organization, deployment);
        await _books.RefundAsync(deployment);

        (await _books.Database.AskAsync<string>(Others, plan)).Should().Be(before);
        (await _books.LeftAsync(plan)).Should().Be(QuotaBooks.ProAllowance, "it was refreshed, one was taken, and the one came back");
        (await _books.Database.AskAsync<bool>(
            "SELECT last_quota_refresh > now() - interval '1 minute' FROM public.subscription_limit WHERE id = $1", plan))
            .Should().BeTrue();
    }

    [Fact]
    public async Task Refund_WhenManyComeAtOnce_GivesBackOne()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 10);
        var deployment = QuotaBooks.NewDeployment();
        await _books.ChargeAsync(_organization, deployment);

        await Parallel.ForAsync(0, 50, async (_, _) => await _books.RefundAsync(deployment));

        (await _books.LeftAsync(plan)).Should().Be(10);
        (await _books.IsChargedAsync(deployment)).Should().BeFalse();
    }

    [Fact]
    public async Task Refund_WhenChargesGoOnMeanwhile_KeepsLedgerAndPlanInStep()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 20);

        var kept = await QuotaBooks.AtOnceAsync(200, async i =>
        {
            var deployment = QuotaBooks.NewDeployment();
            if ((await _books.ChargeAsync(_organization, deployment)).IsError) return false;
            if (i % 3 == 0) return true;
            await _books.RefundAsync(deployment);
            return false;
        });

        var standing = await _books.StandingAsync(plan);
        standing.Should().Be(kept.Count(keeps => keeps));
        (await _books.LeftAsync(plan)).Should().Be((int)(20 - standing)).And.BeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public async Task Refund_WhenThePlanBeganANewAllowance_LeavesIt()
    {
        var plan = await _books.AddPlanAsync(_organization, "PRO", left: 5, interval: "year", refreshed: "1 day");
        var deployment = QuotaBooks.NewDeployment();
        await _books.ChargeAsync(_organization, deployment);
        await _books.Database.ExecuteAsync(
            "UPDATE public.subscription_limit SET deploy_limit = 30, last_quota_refresh = clock_timestamp() WHERE id = $1", plan);

        await _books.RefundAsync(deployment);

        (await _books.LeftAsync(plan)).Should().Be(30);
        (await _books.IsChargedAsync(deployment)).Should().BeFalse();
    }

    [Fact]
    public async Task Refund_OfAChargeWhoseTransactionBeganBeforeTheRefresh_GivesItBack()
    {
        var plan = await _books.AddPlanAsync(_organization, "PRO", left: 5, interval: "year", refreshed: "1 day");
        var deployment = QuotaBooks.NewDeployment();
        await using (var scope = _books.Database.Services.CreateAsyncScope())
        {
            var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
            await using var begun = await work.BeginAsync(TestContext.Current.CancellationToken);
            var charges = scope.ServiceProvider.GetRequiredService<IQuotaCharges>();
            await charges.IsChargedAsync(deployment, TestContext.Current.CancellationToken);
            await _books.Database.ExecuteAsync(
                "UPDATE public.subscription_limit SET deploy_limit = 30, last_quota_refresh = clock_timestamp() WHERE id = $1", plan);
            await charges.ChargeAsync(_organization, deployment, TestContext.Current.CancellationToken);
            await work.CommitAsync(TestContext.Current.CancellationToken);
        }

        await _books.RefundAsync(deployment);

        (await _books.LeftAsync(plan)).Should().Be(30);
    }

    [Fact]
    public async Task Refund_IntoAPlanThatWasMadeUnlimitedMeanwhile_StaysWithinTheColumn()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 5);
        var deployment = QuotaBooks.NewDeployment();
        await _books.ChargeAsync(_organization, deployment);
        await _books.Database.ExecuteAsync("UPDATE public.subscription_limit SET deploy_limit = 2147483647 WHERE id = $1", plan);

        await _books.RefundAsync(deployment);

        (await _books.LeftAsync(plan)).Should().Be(int.MaxValue);
        (await _books.IsChargedAsync(deployment)).Should().BeFalse();
    }

    [Fact]
    public async Task Refund_WhenThePlanIsGone_OnlyMarksTheLedger()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 5);
        var other = await _books.AddPlanAsync(_organization, "MAX", left: 5);
        var deployment = QuotaBooks.NewDeployment();
        await _books.ChargeAsync(_organization, deployment);
        await _books.Database.ExecuteAsync("DELETE FROM public.subscription_limit WHERE id = $1", plan);

        await _books.RefundAsync(deployment);

        (await _books.IsChargedAsync(deployment)).Should().BeFalse();
        (await _books.LeftAsync(other)).Should().Be(5);
    }

    [Fact]
    public async Task Replay_WhenTheOriginalsChargeStands_TakesItOver()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 1);
        var (original, replay) = (QuotaBooks.NewDeployment(), QuotaBooks.NewDeployment());
        await _books.ChargeAsync(_organization, original);

        var first = await _books.ReplayAsync(_organization, original, replay);
        var again = await _books.ReplayAsync(_organization, original, replay);

        first.IsError.Should().BeFalse();
        again.IsError.Should().BeFalse("a replay that is charged is charged, however often it is asked for");
        (await _books.LeftAsync(plan)).Should().Be(0);
        (await _books.IsChargedAsync(replay)).Should().BeTrue();
        (await _books.Database.AskAsync<string>("SELECT transferred_from FROM deploy.quota_charges WHERE deployment_id = $1", replay.Value))
            .Should().Be(original.Value);

        await _books.RefundAsync(replay);
        (await _books.LeftAsync(plan)).Should().Be(1, "what was handed over comes back to the plan that paid");
    }

    [Fact]
    public async Task Replay_WhenTheOriginalWasRefunded_ChargesAgain()
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 1);
        var (original, replay) = (QuotaBooks.NewDeployment(), QuotaBooks.NewDeployment());
        await _books.ChargeAsync(_organization, original);
        await _books.RefundAsync(original);

        var result = await _books.ReplayAsync(_organization, original, replay);

        result.IsError.Should().BeFalse();
        (await _books.LeftAsync(plan)).Should().Be(0);
        (await _books.ReplayAsync(_organization, original, QuotaBooks.NewDeployment())).FirstError.Code.Should().Be(
            "DEPLOYMENT_QUOTA_EXCEEDED");
    }

    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 9)]
    public async Task DeploymentFinished_ReachesTheLedger_OnlyWhenRefundable(bool refundable, int left)
    {
        var plan = await _books.AddPlanAsync(_organization, "FREE", left: 10);
        var deployment = QuotaBooks.NewDeployment();
        await _books.ChargeAsync(_organization, deployment);
        await using var scope = _books.Database.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(TestContext.Current.CancellationToken);

        var finished = new DeploymentFinished(deployment, _organization, DeploymentStatus.Failed, refundable);
        await scope.ServiceProvider.GetRequiredService<IMediator>()
            .Publish(DomainEventNotification.For(finished), TestContext.Current.CancellationToken);
        await work.CommitAsync(TestContext.Current.CancellationToken);

        (await _books.LeftAsync(plan)).Should().Be(left);
    }
}
