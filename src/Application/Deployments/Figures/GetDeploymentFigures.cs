using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Figures;

/// <summary>Tells how many deployments there were, and how the last day went, as far as the caller may see.</summary>
public sealed record GetDeploymentFiguresQuery(OrganizationFilter Caller) : IRequest<ErrorOr<DeploymentFigures>>;

/// <summary>Counts deployments without reading their history.</summary>
public interface IDeploymentFigures
{
    /// <summary>Adds an ended deployment to its organization's totals; joins the caller's transaction.</summary>
    void Count(string organizationId, DeploymentStatus ended);

    /// <summary>
    /// Cost grows with what is active, with the number of organizations and with one day's deployments, never with history.
    /// </summary>
    Task<DeploymentFigures> ReadAsync(OrganizationFilter visible, CancellationToken cancellationToken);
}

/// <summary>How many deployments there were and are.</summary>
/// <param name="ByStatus">Active ones as they stand now, ended ones since the beginning, whether or not they are still stored.</param>
public sealed record DeploymentFigures(IReadOnlyDictionary<DeploymentStatus, long> ByStatus, DayFigures LastDay)
{
    public long Total => ByStatus.Values.Sum();

    public long Of(DeploymentStatus status) => ByStatus.GetValueOrDefault(status);
}

/// <summary>How the last 24 hours went.</summary>
/// <param name="P50">Half of the completed deployments took no longer; null when none completed.</param>
public sealed record DayFigures(long Completed, long Failed, TimeSpan? P50, TimeSpan? P95)
{
    /// <summary>Between 0 and 1; null when none ended. Cancelled ones are nobody's failure and do not count.</summary>
    public double? SuccessRate => Completed + Failed == 0 ? null : (double)Completed / (Completed + Failed);
}

internal sealed class GetDeploymentFiguresHandler(IDeploymentFigures figures)
    : IRequestHandler<GetDeploymentFiguresQuery, ErrorOr<DeploymentFigures>>
{
    public async Task<ErrorOr<DeploymentFigures>> Handle(GetDeploymentFiguresQuery query, CancellationToken cancellationToken) =>
        await figures.ReadAsync(query.Caller, cancellationToken);
}
