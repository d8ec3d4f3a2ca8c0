using Libra.Deploy.Domain.Quotas;

namespace Libra.Deploy.UnitTests.Quotas;

public sealed class OrganizationQuotaTests
{
    private static readonly PlanAllowances Allowances = new(new Dictionary<string, int> { ["pro"] = 50 });

    [Fact]
    public void NextToCharge_TakesAnnualThenFreeThenThePaidPlanThatEndsFirst()
    {
        var annual = APlan.ThatIsAnnual(APlan.Now.AddDays(-1), left: 1);
        var free = APlan.Of("FREE", left: 1, id: "free");
        var sooner = APlan.Of("MAX", left: 1, daysLeft: 3, id: "sooner");
        var later = APlan.Of("TEAM", left: 1, daysLeft: 9, id: "later");

        Next(later, sooner, free, annual).Should().Be(annual);
        Next(later, sooner, free).Should().Be(free);
        Next(later, sooner).Should().Be(sooner);
        Next(later).Should().Be(later);
        Next().Should().BeNull();
    }

    [Fact]
    public void NextToCharge_WhenAPlanIsUsedUp_GoesToTheNext() =>
        Next(APlan.Of("FREE", left: 0), APlan.Of("MAX", left: 2, id: "max"))!.Id.Should().Be("max");

    [Fact]
    public void NextToCharge_WhenPlansAreOffOrOver_NeverTakesThem() =>
        Next(APlan.Of("FREE", left: 5, active: false), APlan.Of("MAX", left: 5, daysLeft: -1)).Should().BeNull();

    [Fact]
    public void Remaining_OfPlansWithoutLimit_IsTheirWholeSum() =>
        Quota(APlan.Of("FREE", left: int.MaxValue), APlan.Of("MAX", left: int.MaxValue, id: "max")).Remaining.Should().Be(
            2L * int.MaxValue);

    [Fact]
    public void RemainingOf_WhenARefreshIsDue_IsTheAllowanceOfTwiceTheAiUses()
    {
        var plan = APlan.ThatIsAnnual(APlan.Now.AddDays(-40), left: 3);

        Quota(plan).RemainingOf(plan).Should().Be(100);
        new OrganizationQuota([plan], new PlanAllowances([]), APlan.Now).RemainingOf(plan)
            .Should().Be(3, "without a configured allowance there is no refresh");
    }

    [Fact]
    public void ResetDate_IsTheFirstOfAllPlans()
    {
        Quota(APlan.Of("FREE", left: 0, daysLeft: 20), APlan.Of("MAX", left: 0, daysLeft: 4, id: "max")).ResetDate.Should().Be(
            APlan.Now.AddDays(4));
        Quota().ResetDate.Should().BeNull();
    }

    [Fact]
    public void ResetDate_OfAPlanWithoutEnd_IsThereOnlyWhenItIsRefilled()
    {
        Quota(APlan.OfTheOperator(QuotaPlan.Never)).ResetDate.Should().BeNull();
        Quota(APlan.OfTheOperator(QuotaPlan.Never, "MAX", interval: "year")).ResetDate.Should().BeNull("no allowance is configured for it");
        Quota(APlan.OfTheOperator(QuotaPlan.Never, "PRO", interval: "year")).ResetDate.Should().Be(APlan.Now.AddDays(-10).AddMonths(1));
        Quota(APlan.OfTheOperator(QuotaPlan.Never), APlan.Of("MAX", left: 0, daysLeft: 4)).ResetDate.Should().Be(APlan.Now.AddDays(4));
    }

    [Fact]
    public void Ended_IsTheOperatorsPlanThatEndedLast_WhileThereIsNoOther()
    {
        var ended = APlan.OfTheOperator(APlan.Now.AddDays(-1), left: 5);

        Quota(APlan.Of("MAX", left: 5, daysLeft: -2), ended).Ended.Should().Be(ended);
        Quota(ended, APlan.Of("MAX", left: 0, daysLeft: 4)).Ended.Should().BeNull("a plan that is used up is another reason");
        Quota(ended, APlan.Of("MAX", left: 5, daysLeft: 0, id: "later")).Ended.Should().BeNull();
        Quota(APlan.Of("MAX", left: 5, daysLeft: -1)).Ended.Should().BeNull("the platform renews its own");
        Quota().Ended.Should().BeNull();
    }

    [Fact]
    public void AnySetOfPlans_NeverPromisesLessThanNothing_NorAPlanThatCannotPay()
    {
        var random = new Random(20261123);
        for (var round = 0; round < 5_000; round++)
        {
            var quota = Quota([.. Enumerable.Range(0, random.Next(5)).Select(i => Any(random, i))]);

            quota.Remaining.Should().BeGreaterThanOrEqualTo(0);
            (quota.NextToCharge is null).Should().Be(quota.Remaining == 0);
            if (quota.NextToCharge is not { } next) continue;
            next.IsUsable(APlan.Now).Should().BeTrue();
            quota.RemainingOf(next).Should().BePositive();
            quota.Plans.TakeWhile(plan => plan != next).Should().NotContain(plan => quota.RemainingOf(plan) > 0);
            quota.ResetDate.Should().BeOnOrAfter(APlan.Now);
        }
    }

    private static QuotaPlan Any(Random random, int i) => new(
        $"plan-{i}", "org", random.GetItems(["FREE", "PRO", "MAX"], 1)[0], random.Next(-2, 4), APlan.Now.AddDays(-100),
        APlan.Now.AddDays(random.Next(-3, 30)),
        random.Next(4) > 0, random.GetItems(["month", "year", null], 1)[0],
        random.Next(3) == 0 ? null : APlan.Now.AddDays(-random.Next(60)));

    private static QuotaPlan? Next(params QuotaPlan[] plans) => Quota(plans).NextToCharge;

    private static OrganizationQuota Quota(params QuotaPlan[] plans) => new(plans, Allowances, APlan.Now);
}
