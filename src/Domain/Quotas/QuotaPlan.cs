namespace Libra.Deploy.Domain.Quotas;

/// <summary>
/// A plan of an organization. The row belongs to the platform; of it we write only what remains and when it was refreshed.
/// </summary>
public sealed class QuotaPlan
{
    /// <summary>Stands where the platform keeps the id of a price, in the rows that no platform made.</summary>
    public const string OperatorsPrice = "set-by-operator";

    /// <summary>
    /// The end of a plan that does not end: the column must hold a time, and not everything that reads it knows infinity.
    /// </summary>
    public static readonly DateTimeOffset Never = new(9999, 12, 31, 0, 0, 0, TimeSpan.Zero);

    private const string Free = "FREE";
    private const string Yearly = "year";

    private QuotaPlan() => Id = OrganizationId = Name = PriceId = string.Empty;

    /// <summary>A plan as it stands in the platform's table.</summary>
    public QuotaPlan(
        string id, string organizationId, string name, int remaining, DateTimeOffset periodStart, DateTimeOffset periodEnd,
        bool isActive = true, string? billingInterval = "month", DateTimeOffset? lastRefresh = null, string priceId = "")
    {
        (Id, OrganizationId, Name, PriceId, Remaining, IsActive) = (id, organizationId, name, priceId, remaining, isActive);
        (PeriodStart, PeriodEnd, BillingInterval, LastRefresh) = (periodStart, periodEnd, billingInterval, lastRefresh);
    }

    public string Id { get; private set; }
    public string OrganizationId { get; private set; }
    public string Name { get; private set; }

    /// <summary>The platform's price, or <see cref="OperatorsPrice"/>.</summary>
    public string PriceId { get; private set; }

    /// <summary>Deployments left as written, before any refresh that is due.</summary>
    public int Remaining { get; private set; }

    public bool IsActive { get; private set; }
    public DateTimeOffset PeriodStart { get; private set; }
    public DateTimeOffset PeriodEnd { get; private set; }

    /// <summary><c>month</c> or <c>year</c>; null means month.</summary>
    public string? BillingInterval { get; private set; }

    /// <summary>When an annual plan last got its monthly allowance; null means never.</summary>
    public DateTimeOffset? LastRefresh { get; private set; }

    /// <summary>Made here by an operator: nothing but another request renews it.</summary>
    public bool IsOperators => PriceId == OperatorsPrice;

    public bool NeverEnds => PeriodEnd >= Never;

    public bool IsFree => string.Equals(Name, Free, StringComparison.OrdinalIgnoreCase);

    /// <summary>Paid for a year, with an allowance for each month.</summary>
    public bool IsAnnual => BillingInterval == Yearly && !IsFree;

    /// <summary>False for a plan that is switched off or over: it is never charged.</summary>
    public bool IsUsable(DateTimeOffset now) => IsActive && PeriodEnd >= now;

    /// <summary>True when an annual plan is to get its next monthly allowance.</summary>
    public bool IsRefreshDue(DateTimeOffset now) => IsAnnual && (LastRefresh is not { } last || MonthAfter(last) <= now);

    /// <summary>When what is used up comes back: the next refresh, or the end of the period if that is sooner.</summary>
    public DateTimeOffset ResetsAt(DateTimeOffset now)
    {
        if (!IsAnnual) return PeriodEnd;

        var refresh = MonthAfter(LastRefresh is { } last && !IsRefreshDue(now) ? last : now);
        return refresh < PeriodEnd ? refresh : PeriodEnd;
    }

    /// <summary>Charges before this moment belong to an allowance that is gone: they neither count nor come back.</summary>
    public DateTimeOffset CountsFrom(DateTimeOffset now)
    {
        if (IsRefreshDue(now)) return now;
        return LastRefresh is { } last && last > PeriodStart ? last : PeriodStart;
    }

    // By the calendar and in UTC, as PostgreSQL adds an interval of a month: 31 January gives 28 or 29 February.
    private static DateTimeOffset MonthAfter(DateTimeOffset moment) => moment.ToUniversalTime().AddMonths(1);
}
