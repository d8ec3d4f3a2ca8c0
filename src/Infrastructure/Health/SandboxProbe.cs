using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Health;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Makes a sandbox that does nothing.</summary>
internal sealed class SandboxProbe(ISandboxProvider provider) : IDependencyProbe
{
    public string Name => Dependencies.Sandbox;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15))
    {
        Patience = TimeSpan.FromMinutes(3), // the first sandbox of an installation fetches its tools
    };

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        await provider.ProbeAsync(cancellationToken);
        return ProbeFinding.Up($"Sandboxes can be made ({provider.Name}).");
    }
}
