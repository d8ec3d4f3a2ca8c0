using Libra.Deploy.Application.Health;
using Libra.Deploy.Infrastructure.Queue;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Asks the queue's own tables how much lies there.</summary>
internal sealed class QueueProbe(WaitingDeployments waiting, IOptions<QueueOptions> options) : IDependencyProbe
{
    public string Name => Dependencies.Queue;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken) =>
        ProbeFinding.Up(
            $"The queue answers; {await waiting.CountBacklogAsync(options.Value.QueueName, cancellationToken)} jobs wait for a worker.");
}
