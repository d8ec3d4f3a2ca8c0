using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Projects;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Makes a sandbox that does nothing.</summary>
internal sealed class SandboxProbe(ISandboxProvider provider) : IDependencyProbe
{
    public string Name => Dependencies.Sandbox;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15))
    {
        Patience = TimeSpan.FromMinutes(3), // the first sandbox of an installation fetches its tools
    };

    public async Task<ProbeFinding> TryAsync(CancellationToken cancellationToken)
    {
        await provider.ProbeAsync(cancellationToken);
        return ProbeFinding.Well($"Sandboxes can be made ({provider.Name}).");
    }
}

/// <summary>Asks the target whether it takes a deployment now.</summary>
internal sealed class TargetProbe(IDeployTarget target) : IDependencyProbe
{
    public string Name => Dependencies.Target;

    // Targets remember for themselves what is dear to ask; a longer memory here would come on top of theirs.
    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2))
    {
        FirstChance = TimeSpan.FromSeconds(30), // a target on this machine starts with the service; StartReport tells of a wrong setting
    };

    public async Task<ProbeFinding> TryAsync(CancellationToken cancellationToken)
    {
        var ready = await target.CheckAsync(cancellationToken);
        return ready.IsError
            ? ProbeFinding.Ill($"The target ({target.Name}) takes no deployments: {ready.FirstError.SentenceForAStranger()}")
            : ProbeFinding.Well($"The target ({target.Name}) takes deployments.");
    }
}

/// <summary>Asks the target whether it takes custom domains now.</summary>
internal sealed class CustomDomainsProbe(ICustomDomains domains) : IDependencyProbe
{
    public string Name => Dependencies.CustomDomains;

    // A zone's settings change seldom, and each look costs a call of the fleet's budget.
    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));

    public async Task<ProbeFinding> TryAsync(CancellationToken cancellationToken)
    {
        var ready = await domains.CheckAsync(cancellationToken);
        return ready.IsError
            ? ProbeFinding.Ill($"Custom domains cannot be set up: {ready.FirstError.SentenceForAStranger()}")
            : ProbeFinding.Well("Custom domains can be set up.");
    }
}

internal static class TargetReasons
{
    // What an operator has to set right is a sentence that names settings and permissions only; what passes by itself may name addresses.
    public static string SentenceForAStranger(this Error error) => error.Type == ErrorType.Unexpected ? $"{error.Code}." : error.Description;
}
