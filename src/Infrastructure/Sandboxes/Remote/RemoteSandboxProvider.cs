using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes.Registry;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>
/// Builds on rented machines. They see the project's files and nothing of the platform's: no credential, and no way to the target.
/// </summary>
internal sealed class RemoteSandboxProvider(
    IRemoteMachines machines, RuntimeLayout runtime, TimeProvider clock, ILogger<RemoteSandboxProvider> log)
    : ISandboxProvider, IDisposable
{
    private readonly SemaphoreSlim _starting = new(1, 1);
    private RemoteSettings? _settings;

    public string Name => machines.Name;

    // Waiting for quota, the call, and the start that it announces; then the service's scripts are sent.
    public TimeSpan CreateTimeout => (3 * machines.Options.StartTimeout) + machines.Options.TransferTimeout;

    public TimeSpan WriteTimeout => machines.Options.TransferTimeout;

    public async Task<ISandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var settings = await SettingsAsync(cancellationToken);
        var machine = await machines.RentAsync(spec.DeploymentId, spec.Limits.Lifetime, settings.Registry.Host, cancellationToken);
        RemoteSandbox? sandbox = null;
        try
        {
            sandbox = new RemoteSandbox(spec, machine, settings);
            await sandbox.PrepareAsync(cancellationToken);
            return sandbox;
        }
        catch
        {
            if (sandbox is not null) await sandbox.DisposeAsync();
            else await machines.EndOrLeaveAsync(machine.Id, clock, log); // no folder could be made here
            throw;
        }
    }

    public async Task<int> ReapAsync(IReadOnlySet<DeploymentId> alive, CancellationToken cancellationToken)
    {
        HeldFolder.RemoveAbandoned(RemoteSandbox.LocalFolders, clock.GetUtcNow());
        var removed = 0;
        // A younger one may belong to a deployment that became alive after the list was made.
        var young = clock.GetUtcNow() - machines.Options.Lease;
        await foreach (var machine in machines.ListAsync(cancellationToken))
        {
            if (machine.StartedAt > young || (machine.Deployment is { } deployment && alive.Contains(deployment))) continue;
            if (await TryEndAsync(machine.Id, cancellationToken)) removed++;
        }

        return removed;
    }

    public Task ProbeAsync(CancellationToken cancellationToken) => machines.ProbeAsync(cancellationToken);

    public void Dispose() => _starting.Dispose();

    // One that cannot be ended now is there in the next round; the others need not wait for it.
    private async Task<bool> TryEndAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await machines.EndAsync(id, cancellationToken);
            return true;
        }
        catch (SandboxException e)
        {
            log.LogWarning(e, "Sandbox {SandboxId} of a dead worker could not be ended", id);
            return false;
        }
    }

    private async Task<RemoteSettings> SettingsAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            if (_settings is not null) return _settings;
            var tools = new SandboxToolchain(runtime);
            var registry = await NpmRegistry.AddressAsync(tools, machines.Options.Registry, cancellationToken);
            return _settings = new RemoteSettings(machines, tools, registry, clock, log);
        }
        catch (RuntimePartMissingException e)
        {
            throw new SandboxException("SANDBOX_CREATE_FAILED", e.Message, transient: false, e);
        }
        finally
        {
            _starting.Release();
        }
    }
}
