using ErrorOr;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Projects as those need them who start a deployment: without their history, which can be megabytes.</summary>
public interface IDeployableProjects
{
    /// <summary>
    /// Finds a project of any organization and holds it until the transaction ends, so that two requests for one project queue up;
    /// null when there is none.
    /// </summary>
    Task<DeployableProject?> HoldAsync(string id, CancellationToken cancellationToken);
}

/// <summary>A project that somebody wants to deploy.</summary>
/// <param name="Active">Its deployment that has not ended; null when there is none.</param>
public sealed record DeployableProject(string Id, string OrganizationId, bool IsActive, string? CustomDomain, ActiveDeployment? Active)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(1); // as fine as ids name the moment

    /// <summary>When the newest of its deployments was accepted; null when it never had one.</summary>
    public DateTimeOffset? LastAcceptedAt { get; init; }

    /// <summary>
    /// The moment of acceptance of the next deployment: after every earlier one's, also when the node that accepted that has a clock
    /// ahead of this one's. What is live and what came later is told by these times.
    /// </summary>
    public DateTimeOffset NextAcceptance(DateTimeOffset now) =>
        LastAcceptedAt is { } last && now < last + Step ? last + Step : now;

    /// <summary>Says whether a deployment may start: of an active project, and one after the other.</summary>
    public ErrorOr<Success> Check()
    {
        if (Project.CheckDeployable(Id, IsActive) is { IsError: true } inactive) return inactive.Errors;
        if (Active is not null)
            return DeploymentErrors.InProgress(ProjectStatuses.For(Active.Status, live: false), Active.Id.Value);
        return Result.Success;
    }
}
