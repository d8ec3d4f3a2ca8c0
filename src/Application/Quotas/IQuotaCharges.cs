using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Quotas;

/// <summary>What the Deployments module needs of the Quotas module. Every call joins the caller's transaction.</summary>
public interface IQuotaCharges
{
    /// <summary>Takes one deployment from the first plan of the organization that has one left, and writes it into the ledger.</summary>
    /// <returns><c>DEPLOYMENT_QUOTA_EXCEEDED</c> when no plan has one left.</returns>
    Task<ErrorOr<Success>> ChargeAsync(string organizationId, DeploymentId deployment, CancellationToken cancellationToken);

    /// <summary>Hands a charge over from a deployment to the one that replays it, so that it is not taken twice.</summary>
    Task<ErrorOr<Success>> ChargeReplayAsync(
        string organizationId, DeploymentId original, DeploymentId replay, CancellationToken cancellationToken);

    /// <summary>True when the deployment was charged and not refunded since.</summary>
    Task<bool> IsChargedAsync(DeploymentId deployment, CancellationToken cancellationToken);
}
