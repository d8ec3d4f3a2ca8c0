using System.Diagnostics;
using System.Diagnostics.Metrics;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Telemetry;

/// <summary>What the service counts and measures. One meter for the process, as instruments are by nature.</summary>
public static class DeploymentMetrics
{
    /// <summary>Name of the meter, for those who collect.</summary>
    public const string MeterName = "Libra.Deploy";

    public const string Deployments = "libra_deployments_total";
    public const string DeploymentDuration = "libra_deployment_duration_seconds";
    public const string StepDuration = "libra_step_duration_seconds";
    public const string QueueDepth = "libra_queue_depth";
    public const string QueueWait = "libra_queue_wait_seconds";
    public const string DeadLetters = "libra_dead_letters";
    public const string SandboxesActive = "libra_sandboxes_active";
    public const string QuotaRefusals = "libra_quota_refusals_total";
    public const string DependencyUp = "libra_dependency_up";

    /// <summary>Every name, as dashboards and alerts use them.</summary>
    public static readonly IReadOnlyList<string> Names =
        [
            Deployments, DeploymentDuration, StepDuration, QueueDepth, QueueWait, DeadLetters, SandboxesActive, QuotaRefusals, DependencyUp,
            WebhookMetrics.Attempts];

    private static readonly Meter Meter = new(MeterName);
    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600] };

    private static readonly Counter<long> Ended = Meter.CreateCounter<long>(
        Deployments, description: "Deployments that ended, by status and by who was responsible for a failure.");
    private static readonly Histogram<double> Durations = Meter.CreateHistogram(
        DeploymentDuration, description: "From the first start of a deployment to its end.", advice: Seconds);
    private static readonly Histogram<double> StepDurations = Meter.CreateHistogram(
        StepDuration, description: "Time of a step that ran.", advice: Seconds);
    private static readonly Histogram<double> Waits = Meter.CreateHistogram(
        QueueWait, description: "From the time that a deployment was due to its claim by a worker.", advice: Seconds);
    private static readonly UpDownCounter<long> Sandboxes = Meter.CreateUpDownCounter<long>(
        SandboxesActive, description: "Sandboxes that exist on this node.");
    private static readonly Counter<long> Refusals = Meter.CreateCounter<long>(
        QuotaRefusals, description: "Deployments that were refused because the organization had none left.");

    private static QueueReading? _queue;
    private static IReadOnlyList<(string Dependency, bool Up)> _dependencies = [];

    static DeploymentMetrics()
    {
        Meter.CreateObservableGauge(
            QueueDepth, () => Known(_queue?.Depth), description: "Deployments that wait for a slot, over all nodes.");
        Meter.CreateObservableGauge(
            DeadLetters, () => Known(_queue?.DeadLetters), description: "Dead letters that wait for an operator, over all nodes.");
        Meter.CreateObservableGauge(
            DependencyUp,
            () =>
                _dependencies.Select(
                    dependency => new Measurement<long>(dependency.Up ? 1 : 0, new TagList { { "dependency", dependency.Dependency } })),
            description: "1 while this node's dependency answers.");
    }

    /// <summary>A deployment ended.</summary>
    /// <param name="duration">Null when it never started.</param>
    public static void DeploymentEnded(DeploymentStatus status, FailureCategory? category, TimeSpan? duration)
    {
        var tags = new TagList { { "status", status.WireName() }, { "category", category?.WireName() ?? "none" } };
        Ended.Add(1, tags);
        if (duration is { } time) Durations.Record(time.TotalSeconds, new TagList { { "status", status.WireName() } });
    }

    /// <summary>A step ran to its end, good or bad.</summary>
    public static void StepEnded(DeploymentStep step, bool succeeded, TimeSpan duration) =>
        StepDurations.Record(
            duration.TotalSeconds, new TagList { { "step", step.WireName() }, { "outcome", succeeded ? "completed" : "failed" } });

    /// <summary>A worker took a deployment that had waited.</summary>
    public static void Claimed(TimeSpan waited) => Waits.Record(Math.Max(0, waited.TotalSeconds));

    public static void SandboxOpened() => Sandboxes.Add(1);

    public static void SandboxClosed() => Sandboxes.Add(-1);

    public static void QuotaRefused() => Refusals.Add(1);

    /// <summary>How the queue stands; null while nobody knows, which shows as a gap rather than as an old figure.</summary>
    public static void QueueIs(QueueReading? reading) => _queue = reading;

    /// <summary>Which dependencies answer.</summary>
    public static void DependenciesAre(IReadOnlyList<(string Dependency, bool Up)> dependencies) => _dependencies = dependencies;

    private static Measurement<long>[] Known(long? value) => value is { } known ? [new Measurement<long>(known)] : [];
}

/// <summary>Figures of the queue over all nodes.</summary>
public sealed record QueueReading(long Depth, long DeadLetters);
