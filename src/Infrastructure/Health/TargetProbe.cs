using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Health;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Asks the target whether it takes a deployment now.</summary>
internal sealed class TargetProbe(IDeployTarget target) : IDependencyProbe
{
    public string Name => Dependencies.Target;

    // Targets remember for themselves what is expensive to ask; a longer memory here would come on top of theirs.
    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2))
    {
        FirstChance = TimeSpan.FromSeconds(30), // a target on this machine starts with the service; StartReport tells of a wrong setting
    };

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        var ready = await target.CheckAsync(cancellationToken);
        return ready.IsError
            ? ProbeFinding.Down($"The target ({target.Name}) takes no deployments: {ready.FirstError.SentenceForAStranger()}")
            : ProbeFinding.Up($"The target ({target.Name}) takes deployments.");
    }
}
