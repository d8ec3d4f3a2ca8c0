using System.Collections.Concurrent;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments;

/// <summary>How deployments stand, at most half a second old: hundreds of followers of one deployment cost one query together.</summary>
internal sealed class DeploymentStandings(IServiceScopeFactory scopes, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<DeploymentId, Known> _known = new();

    /// <summary>Null when there is no such deployment.</summary>
    public async Task<DeploymentView?> FindAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var known = _known.AddOrUpdate(id, _ => Ask(id, now), (_, earlier) => now - earlier.At < Fresh && !earlier.View.IsFaulted ? earlier : Ask(id, now));
        var view = await known.View.WaitAsync(cancellationToken);
        if (view is null || view.Status.IsTerminal()) _known.TryRemove(id, out _);
        return view;
    }

    /// <summary>As <see cref="FindAsync"/>, but as it stands this moment.</summary>
    public Task<DeploymentView?> FindNowAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        _known.TryRemove(id, out _);
        return FindAsync(id, cancellationToken);
    }

    private Known Ask(DeploymentId id, DateTimeOffset now) => new(now, AskAsync(id));

    private async Task<DeploymentView?> AskAsync(DeploymentId id)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IDeploymentQueries>().FindAsync(id, CancellationToken.None);
    }

    private sealed record Known(DateTimeOffset At, Task<DeploymentView?> View);
}
