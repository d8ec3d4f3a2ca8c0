namespace Libra.Deploy.Domain.Quotas;

/// <summary>A line of the ledger: one deployment was taken from one plan. There is at most one line for a deployment.</summary>
public sealed class QuotaCharge
{
    private QuotaCharge() => DeploymentId = OrganizationId = PlanId = string.Empty;

    public string DeploymentId { get; private set; }
    public string OrganizationId { get; private set; }

    /// <summary>Id of the plan's row; the platform may have removed it since.</summary>
    public string PlanId { get; private set; }

    public int Amount { get; private set; }
    public DateTimeOffset ChargedAt { get; private set; }

    /// <summary>When it was given back; null while it stands.</summary>
    public DateTimeOffset? RefundedAt { get; private set; }

    /// <summary>The deployment that paid first, when this one replays it.</summary>
    public string? TransferredFrom { get; private set; }
}
