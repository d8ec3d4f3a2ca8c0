using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Heartbeats of running deployments: one cheap statement, beside the aggregate because it happens every few seconds.</summary>
public interface IDeploymentLeases
{
    /// <summary>
    /// Moves the lease's end, when the token is still the newest and the deployment still runs. A lease that was released meanwhile
    /// stays so: it ends before <paramref name="knownEnd"/>, until which the caller knows that it holds.
    /// </summary>
    Task<LeaseRenewal> RenewAsync(
        DeploymentId id, long token, DateTimeOffset knownEnd, DateTimeOffset newEnd, CancellationToken cancellationToken);
}

/// <summary>What a heartbeat found.</summary>
public enum LeaseRenewal
{
    Held,
    /// <summary>Still held, and somebody asked to cancel.</summary>
    CancelRequested,
    /// <summary>Another worker has it or may take it, or it was ended from outside.</summary>
    Lost,
}
