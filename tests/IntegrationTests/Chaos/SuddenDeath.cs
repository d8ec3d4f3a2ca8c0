using System.Collections.Concurrent;
using System.Diagnostics;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>Ends this process by SIGKILL at a moment of which its orders speak.</summary>
internal sealed class SuddenDeath(Workspace workspace, string node)
{
    /// <summary>
    /// A deployment that has met five deaths is ended, by design and tested elsewhere; here none may come that far, whoever it was
    /// that the deaths were meant for.
    /// </summary>
    public const int MostInterruptions = 3;

    private readonly ConcurrentDictionary<DeploymentId, int> _running = new();

    public static string OrderTo(string node) => $"die-{node}";

    /// <summary>Where the process writes down, dying, which order it obeyed.</summary>
    public static string Grave(string node) => $"grave-{node}";

    /// <summary>Remembers who would suffer from this process' death.</summary>
    public void Note(Deployment deployment)
    {
        if (deployment.Lease is null) _running.TryRemove(deployment.Id, out _);
        else _running[deployment.Id] = deployment.Interruptions;
    }

    /// <summary>Does not return when the process has to die at one of these moments, which are the same one.</summary>
    public async Task ComeAsync(IReadOnlyList<string> moments, int interruptions)
    {
        if (workspace.OrderFor(OrderTo(node)) is not { } orders || moments.Intersect(orders.Split('\n')).ToList() is not { Count: > 0 } met)
            return;
        if (interruptions >= MostInterruptions || _running.Values.Any(met => met >= MostInterruptions)) return;

        await workspace.WriteAsync(Grave(node), lines => lines.Count == 0 ? met : []);
        using var self = Process.GetCurrentProcess();
        self.Kill();
        await Task.Delay(Timeout.Infinite); // the signal is on its way
    }
}
