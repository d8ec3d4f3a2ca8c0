using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Logs.Stored;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Logs.Live;

/// <summary>One hub for each deployment that is followed on this node, for as long as it is.</summary>
internal sealed class LogHubs(DeploymentLogOptions options, TimeProvider clock, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DeploymentId, LogHub> _hubs = [];

    /// <summary>The hub of a deployment; to be given back by <see cref="Leave"/>.</summary>
    public LogHub Join(StoredLog log)
    {
        lock (_gate)
        {
            if (!_hubs.TryGetValue(log.Subject.DeploymentId, out var hub))
            {
                hub = _hubs[log.Subject.DeploymentId] = new LogHub(log, options, clock, logger);
                hub.Start();
            }

            hub.Followers++;
            return hub;
        }
    }

    public void Leave(DeploymentId id, LogHub hub)
    {
        lock (_gate)
        {
            if (--hub.Followers > 0) return;
            _hubs.Remove(id);
        }

        hub.Dispose();
    }

    /// <summary>Gives followers on this node what a writer on this node stored, without a look into the store.</summary>
    public void Publish(DeploymentId id, LogTip place, LogChunk chunk)
    {
        LogHub? hub;
        lock (_gate)
        {
            _hubs.TryGetValue(id, out hub);
        }

        hub?.Publish(place, chunk);
    }
}
