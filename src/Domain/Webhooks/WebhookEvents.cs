using System.Collections.Frozen;

namespace Libra.Deploy.Domain.Webhooks;

/// <summary>What an organization can be told about; the names stand in messages and never change.</summary>
public static class WebhookEvents
{
    public const string Queued = "deployment.queued";
    public const string Started = "deployment.started";
    public const string Completed = "deployment.completed";
    public const string Failed = "deployment.failed";
    public const string Cancelled = "deployment.cancelled";

    /// <summary>All there are.</summary>
    public static readonly FrozenSet<string> All = FrozenSet.Create(StringComparer.Ordinal, Queued, Started, Completed, Failed, Cancelled);
}
