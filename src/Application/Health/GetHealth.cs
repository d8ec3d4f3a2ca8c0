using ErrorOr;
using MediatR;

namespace Libra.Deploy.Application.Health;

/// <summary>How deep to look.</summary>
public enum HealthDepth
{
    /// <summary>What an answer needs at all: the database and the queue in it.</summary>
    Basic,

    /// <summary>What taking new work needs.</summary>
    Ready,

    /// <summary>Everything that this node depends on.</summary>
    Detailed,
}

/// <summary>Looks whether the service's dependencies answer; takes no longer than the slowest one's limit.</summary>
public sealed record GetHealthQuery(HealthDepth Depth) : IRequest<ErrorOr<HealthReport>>;

/// <summary>How the dependencies stand that were asked for.</summary>
public sealed record HealthReport(IReadOnlyList<DependencyHealth> Dependencies)
{
    /// <summary>True when all of them answer.</summary>
    public bool Healthy => Dependencies.All(dependency => dependency.Healthy);

    /// <summary>True when the service can answer at all, whatever else is missing.</summary>
    public bool Alive => Dependencies.All(dependency => dependency.Healthy || !HealthMonitor.Basic.Contains(dependency.Name));
}

/// <summary>The monitors of all dependencies, one for the whole process.</summary>
internal sealed class HealthMonitor(IEnumerable<DependencyMonitor> monitors)
{
    internal static readonly string[] Basic = [Dependencies.Database, Dependencies.Queue];
    private static readonly string[] Ready = [Dependencies.Database, Dependencies.Migrations, Dependencies.ObjectStorage];

    private readonly DependencyMonitor[] _monitors = [.. monitors];

    public async Task<HealthReport> LookAsync(HealthDepth depth, CancellationToken cancellationToken)
    {
        var asked = _monitors.Where(monitor => depth switch
        {
            HealthDepth.Basic => Basic.Contains(monitor.Name),
            HealthDepth.Ready => Ready.Contains(monitor.Name),
            _ => true,
        });
        return new HealthReport(await Task.WhenAll(asked.Select(monitor => monitor.AskAsync(cancellationToken))));
    }
}

internal sealed class GetHealthHandler(HealthMonitor monitor) : IRequestHandler<GetHealthQuery, ErrorOr<HealthReport>>
{
    public async Task<ErrorOr<HealthReport>> Handle(GetHealthQuery query, CancellationToken cancellationToken) =>
        await monitor.LookAsync(query.Depth, cancellationToken);
}
