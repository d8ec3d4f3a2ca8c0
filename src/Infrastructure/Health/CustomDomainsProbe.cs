using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Projects;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Asks the target whether it takes custom domains now.</summary>
internal sealed class CustomDomainsProbe(ICustomDomains domains) : IDependencyProbe
{
    public string Name => Dependencies.CustomDomains;

    // A zone's settings change seldom, and each look costs a call of the fleet's budget.
    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        var ready = await domains.CheckAsync(cancellationToken);
        return ready.IsError
            ? ProbeFinding.Down($"Custom domains cannot be set up: {ready.FirstError.SentenceForAStranger()}")
            : ProbeFinding.Up("Custom domains can be set up.");
    }
}
