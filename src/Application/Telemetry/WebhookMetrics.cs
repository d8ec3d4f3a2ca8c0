using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Libra.Deploy.Application.Telemetry;

/// <summary>What the service counts about webhooks.</summary>
public static class WebhookMetrics
{
    public const string Attempts = "libra_webhook_attempts_total";

    private static readonly Meter Meter = new(DeploymentMetrics.MeterName);
    private static readonly Counter<long> Made = Meter.CreateCounter<long>(
        Attempts, description: "Attempts to deliver a message to a webhook.");

    /// <summary>An attempt came to its end.</summary>
    public static void Attempted(bool succeeded) => Made.Add(1, new TagList { { "outcome", succeeded ? "delivered" : "failed" } });
}
