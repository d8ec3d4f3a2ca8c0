using Libra.Deploy.Application.Deployments.Pipeline;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>
/// Keeps a rented machine alive while its worker is: it is rented for a short time only and renewed, so that a dead worker's machine ends
/// by itself.
/// </summary>
internal sealed class MachineLease(IRemoteMachine machine, RemoteSettings settings) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly CancellationTokenSource _lost = new();
    private Task _renewing = Task.CompletedTask;

    /// <summary>Cancelled when the machine could not be renewed in time, or its own time is over.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <param name="lifetime">After it the machine is given up, whatever happens.</param>
    public void Start(TimeSpan lifetime) => _renewing = RenewAsync(settings.Clock.GetUtcNow() + lifetime);

    public void Stop() => _stopped.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _renewing;
        _stopped.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(DateTimeOffset end)
    {
        var lease = settings.Machines.Options.Lease;
        var until = settings.Clock.GetUtcNow() + lease;
        try
        {
            using var timer = new PeriodicTimer(lease / 3, settings.Clock);
            while (await timer.WaitForNextTickAsync(_stopped.Token))
            {
                var now = settings.Clock.GetUtcNow();
                if (now < end && await TryRenewAsync()) until = settings.Clock.GetUtcNow() + lease;
                if (now >= end || now >= until) break;
            }

            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            settings.Log.LogDebug("Sandbox {SandboxId} is renewed no more", machine.Id);
        }
    }

    private async Task<bool> TryRenewAsync()
    {
        try
        {
            await machine.RenewAsync(_stopped.Token);
            return true;
        }
        catch (SandboxException e)
        {
            settings.Log.LogWarning("Sandbox {SandboxId} could not be renewed: {Reason}", machine.Id, e.Message);
            return false;
        }
    }
}
