using System.Collections.Concurrent;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Views of deployments, at most half a second old: hundreds of followers of one deployment cost one query together.</summary>
internal sealed class SharedDeploymentViews(IServiceScopeFactory scopes, TimeProvider clock)
{
    private const int Many = 256; // more than are followed at once on a usual node
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(500);
    private readonly ConcurrentDictionary<DeploymentId, Known> _known = new();

    /// <summary>Null when there is no such deployment.</summary>
    public async Task<DeploymentView?> FindAsync(DeploymentId id, CancellationToken cancellationToken) =>
        await Latest(id, IsFresh).View.Value.WaitAsync(cancellationToken);

    /// <summary>
    /// As <see cref="FindAsync"/> for a deployment whose log has ended: what was asked before the end is asked once more, for all.
    /// </summary>
    public async Task<DeploymentView?> FindEndedAsync(DeploymentId id, CancellationToken cancellationToken)
    {
        var known = Latest(id, IsFresh);
        var view = await known.View.Value.WaitAsync(cancellationToken);
        return view is null || view.Status.IsTerminal()
            ? view
            : await Latest(id, earlier => earlier != known && IsFresh(earlier)).View.Value.WaitAsync(cancellationToken);
    }

    private Known Latest(DeploymentId id, Func<Known, bool> isGood)
    {
        if (_known.Count > Many) Forget();
        return _known.AddOrUpdate(id, Ask, (_, earlier) => isGood(earlier) ? earlier : Ask(id));
    }

    private bool IsFresh(Known known) =>
        clock.GetUtcNow() - known.At < Fresh && known.View is not { IsValueCreated: true, Value.IsFaulted: true };

    private void Forget()
    {
        foreach (var old in _known.Where(entry => !IsFresh(entry.Value))) _known.TryRemove(old);
    }

    // Lazy, so that of several callers at once only one asks the database.
    private Known Ask(DeploymentId id) => new(clock.GetUtcNow(), new Lazy<Task<DeploymentView?>>(() => AskAsync(id)));

    private async Task<DeploymentView?> AskAsync(DeploymentId id)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IDeploymentQueries>().FindAsync(id, CancellationToken.None);
    }

    private sealed class Known(DateTimeOffset at, Lazy<Task<DeploymentView?>> view)
    {
        public DateTimeOffset At => at;

        public Lazy<Task<DeploymentView?>> View => view;
    }
}
