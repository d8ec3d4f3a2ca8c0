using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Quotas;

/// <summary>Gives charges back. Every call joins the caller's transaction.</summary>
public interface IQuotaLedger
{
    /// <summary>
    /// Marks the deployment's charge as refunded and returns it to the plan that it was taken from, if that still exists and has not
    /// begun a new allowance since, at the latest with the commit. Safe to repeat: a charge comes back once.
    /// </summary>
    void Refund(DeploymentId deployment);
}
