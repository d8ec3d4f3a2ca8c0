namespace Libra.Deploy.Application.Health;

/// <summary>Finds out whether something that the service depends on answers, by using it.</summary>
public interface IDependencyProbe
{
    /// <summary>One of <see cref="Dependencies"/>; shown to clients.</summary>
    string Name { get; }

    /// <summary>How long a probe may take and how long its finding counts.</summary>
    ProbePace Pace { get; }

    /// <summary>Asks once. What it throws counts as a failure and goes into the log, never to clients.</summary>
    Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>How often a dependency is bothered.</summary>
/// <param name="Limit">No finding within this time counts as a failure.</param>
/// <param name="Freshness">How long a finding is given again instead of asking anew.</param>
public sealed record ProbePace(TimeSpan Limit, TimeSpan Freshness)
{
    /// <summary>
    /// After this time a probe is given up; longer than <see cref="Limit"/> where the first one prepares what later ones use.
    /// </summary>
    public TimeSpan Patience { get; init; } = Limit;

    /// <summary>
    /// How long after the start nobody is warned of what has not answered yet; for what comes up together with the service. Whoever
    /// asks is told all the same.
    /// </summary>
    public TimeSpan FirstChance { get; init; }
}

/// <summary>What a probe showed.</summary>
/// <param name="Message">A sentence for a stranger: no address, path or secret.</param>
public sealed record ProbeFinding(bool Healthy, string Message)
{
    public static ProbeFinding Up(string message) => new(true, message);

    public static ProbeFinding Down(string message) => new(false, message);
}

/// <summary>How a dependency stands.</summary>
/// <param name="Latency">Time that the probe took.</param>
public sealed record DependencyHealth(string Name, bool Healthy, TimeSpan Latency, string Message);

/// <summary>The names of what the service depends on.</summary>
public static class Dependencies
{
    public const string Database = "database";
    public const string Queue = "queue";
    public const string Migrations = "migrations";
    public const string Workers = "workers";
    public const string ObjectStorage = "objectStorage";
    public const string Sandbox = "sandbox";
    public const string Target = "target";
    public const string CustomDomains = "customDomains";
}
