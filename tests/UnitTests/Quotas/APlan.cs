using Libra.Deploy.Domain.Quotas;

namespace Libra.Deploy.UnitTests.Quotas;

/// <summary>Plans that tests start from; all are usable unless told otherwise.</summary>
internal static class APlan
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public static QuotaPlan Of(
        string name, int left, int daysLeft = 20, string? interval = "month", string id = "plan-1", bool active = true) =>
        new(id, "org", name, left, Now.AddDays(-10), Now.AddDays(daysLeft), active, interval);

    public static QuotaPlan OfTheOperator(DateTimeOffset periodEnd, string name = "FREE", int left = 0, string interval = "month") =>
        new("operators", "org", name, left, Now.AddDays(-10), periodEnd, true, interval, Now.AddDays(-10), QuotaPlan.OperatorsPrice);

    public static QuotaPlan ThatIsAnnual(DateTimeOffset? lastRefresh, int left = 0, DateTimeOffset? periodEnd = null) =>
        new("annual", "org", "PRO", left, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), periodEnd
            ?? Now.AddDays(200), true, "year", lastRefresh);
}
