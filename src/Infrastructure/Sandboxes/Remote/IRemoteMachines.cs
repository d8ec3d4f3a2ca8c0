using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>
/// A service that rents machines, by the few things that a sandbox needs of it. Every failure is a <see cref="SandboxException"/>,
/// transient when another try may succeed.
/// </summary>
internal interface IRemoteMachines
{
    /// <summary>The provider's name in the settings.</summary>
    string Name { get; }

    RemoteOptions Options { get; }

    /// <summary>
    /// Rents a machine that is ready for use and can reach the package registry and, where the service can do that, nothing else.
    /// </summary>
    Task<IRemoteMachine> RentAsync(DeploymentId deployment, TimeSpan lifetime, string registryHost, CancellationToken cancellationToken);

    /// <summary>All machines of this installation's label.</summary>
    IAsyncEnumerable<RentedMachine> ListAsync(CancellationToken cancellationToken);

    /// <summary>Ends a machine; one that is gone already is not an error.</summary>
    Task EndAsync(string id, CancellationToken cancellationToken);

    /// <summary>Shows that the key is accepted.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);
}

internal static class RemoteMachinesExtensions
{
    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Ends a machine that nobody renews any more. Nothing is lost when that fails: it ends by itself, and the reaper looks for it, too.
    /// </summary>
    public static async Task EndOrLeaveAsync(this IRemoteMachines machines, string id, TimeProvider clock, ILogger log)
    {
        using var time = new CancellationTokenSource(EndTime, clock);
        try
        {
            await machines.EndAsync(id, time.Token);
        }
        catch (Exception e) when (e is SandboxException or OperationCanceledException)
        {
            log.LogWarning(e, "Sandbox {SandboxId} could not be ended and ends by itself after {Lease}", id, machines.Options.Lease);
        }
    }
}

/// <summary>A machine in a list.</summary>
/// <param name="Deployment">Null when its label names none.</param>
internal sealed record RentedMachine(string Id, DeploymentId? Deployment, DateTimeOffset StartedAt);

/// <summary>Takes a piece of a command's output; awaiting it is the back-pressure.</summary>
internal delegate Task RemoteOutput(SandboxStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

/// <summary>One rented machine.</summary>
internal interface IRemoteMachine
{
    string Id { get; }

    /// <summary>Puts a file there, in place of one that is there.</summary>
    Task UploadAsync(string path, Stream content, CancellationToken cancellationToken);

    /// <summary>Copies a file from there.</summary>
    /// <returns>False when there is no such file.</returns>
    /// <exception cref="ResultTooLargeException">It has more than <paramref name="maxBytes"/>.</exception>
    Task<bool> DownloadAsync(string path, Stream destination, long maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Runs a line of shell to its end. Cancelling stops listening, no more: who cancels ends the machine. A stream that ends without
    /// the command's end is an exception, never a success.
    /// </summary>
    /// <returns>The exit code; null when a signal ended it.</returns>
    Task<int?> RunAsync(string shell, TimeSpan timeout, RemoteOutput output, CancellationToken cancellationToken);

    /// <summary>Takes the network away, for good.</summary>
    Task CutNetworkAsync(CancellationToken cancellationToken);

    /// <summary>Keeps the machine for another <see cref="RemoteOptions.Lease"/>.</summary>
    Task RenewAsync(CancellationToken cancellationToken);
}

/// <summary>A file is larger than what is taken.</summary>
internal sealed class ResultTooLargeException : Exception;
