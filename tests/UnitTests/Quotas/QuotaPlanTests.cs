using System.Globalization;
using Libra.Deploy.Domain.Quotas;

namespace Libra.Deploy.UnitTests.Quotas;

public sealed class QuotaPlanTests
{
    [Theory]
    [InlineData("2026-01-31T10:00Z", "2026-02-28T10:00Z")]
    [InlineData("2028-01-31T10:00Z", "2028-02-29T10:00Z")] // leap year
    [InlineData("2100-01-30T10:00Z", "2100-02-28T10:00Z")] // not one, although 4 divides it
    [InlineData("2026-02-28T10:00Z", "2026-03-28T10:00Z")]
    [InlineData("2026-12-31T23:59Z", "2027-01-31T23:59Z")]
    [InlineData("2026-03-29T00:30Z", "2026-04-29T00:30Z")] // clocks change in Europe, but not in UTC
    [InlineData("2026-03-01T00:30+02:00", "2026-03-28T22:30Z")] // still February in UTC
    public void IsRefreshDue_WhenACalendarMonthHasPassed_IsTrueFromThatMomentOn(string last, string due)
    {
        var plan = APlan.ThatIsAnnual(lastRefresh: Time(last), periodEnd: Time("2200-01-01T00:00Z"));

        plan.IsRefreshDue(Time(due).AddTicks(-1)).Should().BeFalse();
        plan.IsRefreshDue(Time(due)).Should().BeTrue();
        plan.ResetsAt(Time(last).AddDays(1)).Should().Be(Time(due));
    }

    [Fact]
    public void IsRefreshDue_WhenNeverRefreshed_IsTrue() => APlan.ThatIsAnnual(lastRefresh: null).IsRefreshDue(APlan.Now).Should().BeTrue();

    [Fact]
    public void IsRefreshDue_WhenNotAnnual_IsFalse()
    {
        APlan.Of("PRO", left: 0, interval: "month").IsRefreshDue(APlan.Now).Should().BeFalse();
        APlan.Of("FREE", left: 0, interval: "year").IsRefreshDue(APlan.Now).Should().BeFalse("the platform renews the free plan");
    }

    [Theory]
    [InlineData(true, 1, true)]
    [InlineData(true, 0, true)]
    [InlineData(true, -1, false)]
    [InlineData(false, 1, false)]
    public void IsUsable_DependsOnSwitchAndPeriod(bool active, int ticksLeft, bool usable)
    {
        var plan = new QuotaPlan("1", "org", "PRO", 5, APlan.Now.AddDays(-9), APlan.Now.AddTicks(ticksLeft), active);

        plan.IsUsable(APlan.Now).Should().Be(usable);
    }

    [Fact]
    public void ResetsAt_WhenTheYearEndsBeforeTheMonth_IsTheEndOfTheYear()
    {
        var plan = APlan.ThatIsAnnual(lastRefresh: APlan.Now.AddDays(-2), periodEnd: APlan.Now.AddDays(5));

        plan.ResetsAt(APlan.Now).Should().Be(APlan.Now.AddDays(5));
    }

    [Fact]
    public void CountsFrom_IsTheBeginningOfThePresentAllowance()
    {
        APlan.Of("PRO", left: 1).CountsFrom(APlan.Now).Should().Be(APlan.Now.AddDays(-10), "that is when the period began");
        APlan.ThatIsAnnual(APlan.Now.AddDays(-3)).CountsFrom(APlan.Now).Should().Be(APlan.Now.AddDays(-3));
        APlan.ThatIsAnnual(APlan.Now.AddDays(-40)).CountsFrom(APlan.Now).Should().Be(APlan.Now, "the next charge begins a new allowance");
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
