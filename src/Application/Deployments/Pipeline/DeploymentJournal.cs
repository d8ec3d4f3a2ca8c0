using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// Changes a running deployment, one short transaction per change: a worker holds no connection while it builds. The row is held
/// from reading to saving, so the token that the aggregate checked is still the newest when the change lands.
/// </summary>
internal sealed class DeploymentJournal(IServiceScopeFactory scopes)
{
    /// <summary>For the many changes of an attempt.</summary>
    public OpenJournal Open(DeploymentId id) => new(scopes, id);

    /// <summary>For a single change.</summary>
    /// <returns>The deployment as saved.</returns>
    public async Task<ErrorOr<Deployment>> ChangeAsync(
        DeploymentId id, Func<Deployment, ErrorOr<Success>> change, CancellationToken cancellationToken)
    {
        await using var open = Open(id);
        return await open.ChangeAsync(change, cancellationToken);
    }
}

/// <summary>
/// One deployment of the journal. What was read for a change serves the next one too, unless somebody else has saved the deployment
/// meanwhile. For one caller at a time.
/// </summary>
internal sealed class OpenJournal(IServiceScopeFactory scopes, DeploymentId id) : IAsyncDisposable
{
    private AsyncServiceScope? _kept;

    /// <returns>The deployment as saved.</returns>
    public Task<ErrorOr<Deployment>> ChangeAsync(Func<Deployment, ErrorOr<Success>> change, CancellationToken cancellationToken) =>
        ChangeAsync((deployment, _) => Task.FromResult(change(deployment)), cancellationToken);

    /// <summary>For a change that other modules have a part in: what they are asked for is saved with it, or nothing is.</summary>
    /// <param name="change">Gets the services of the transaction's scope.</param>
    /// <returns>The deployment as saved.</returns>
    public async Task<ErrorOr<Deployment>> ChangeAsync(
        Func<Deployment, IServiceProvider, Task<ErrorOr<Success>>> change, CancellationToken cancellationToken)
    {
        var scope = _kept ?? scopes.CreateAsyncScope();
        _kept = null;
        try
        {
            var changed = await ChangeAsync(scope.ServiceProvider, change, cancellationToken);
            if (!changed.IsError) _kept = scope;
            return changed;
        }
        finally
        {
            // A change that was refused or not saved has left its marks on what was read.
            if (_kept is null) await scope.DisposeAsync();
        }
    }

    public ValueTask DisposeAsync() => _kept?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<ErrorOr<Deployment>> ChangeAsync(
        IServiceProvider services, Func<Deployment, IServiceProvider, Task<ErrorOr<Success>>> change, CancellationToken cancellationToken)
    {
        var work = services.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(cancellationToken);
        var deployment = await services.GetRequiredService<IDeploymentRepository>().FindForUpdateAsync(id, cancellationToken);
        if (deployment is null) return DeploymentErrors.NotFound(id.Value);

        var changed = await change(deployment, services);
        if (changed.IsError) return changed.Errors;

        await work.CommitAsync(cancellationToken);
        return deployment;
    }
}
