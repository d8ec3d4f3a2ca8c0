using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// Changes a running deployment, one short transaction a change: a worker holds no connection while it builds. The row is held
/// from reading to saving, so the token that the aggregate checked is still the newest when the change lands.
/// </summary>
internal sealed class DeploymentLedger(IServiceScopeFactory scopes)
{
    /// <returns>The deployment as saved.</returns>
    public async Task<ErrorOr<Deployment>> ChangeAsync(
        DeploymentId id, Func<Deployment, ErrorOr<Success>> change, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(cancellationToken);
        var deployment = await scope.ServiceProvider.GetRequiredService<IDeploymentRepository>().FindForUpdateAsync(id, cancellationToken);
        if (deployment is null) return DeploymentErrors.NotFound(id.Value);

        var changed = change(deployment);
        if (changed.IsError) return changed.Errors;

        await work.CommitAsync(cancellationToken);
        return deployment;
    }
}
