using System.Runtime.InteropServices;
using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes.Registry;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Builds on this machine, in Linux namespaces made by bubblewrap.</summary>
/// <remarks>Weaker than a virtual machine: builds share the kernel. As root each sandbox has a Linux user of its own; otherwise all have
/// the service's.</remarks>
public sealed class BubblewrapSandboxProvider : ISandboxProvider, IAsyncDisposable
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(20);

    private readonly BubblewrapOptions _options;
    private readonly RuntimeLayout _runtime;
    private readonly BubblewrapBinary _binary;
    private readonly TimeProvider _clock;
    private readonly ILogger<BubblewrapSandboxProvider> _log;
    private readonly SandboxFolders _folders;
    private readonly BuilderSlots _slots;
    private readonly SemaphoreSlim _starting = new(1, 1);
    private BubblewrapMachine? _machine;

    public BubblewrapSandboxProvider(
        BubblewrapOptions options, RuntimeLayout runtime, BubblewrapBinary binary, TimeProvider clock,
        ILogger<BubblewrapSandboxProvider> log)
    {
        (_options, _runtime, _binary, _clock, _log) = (options, runtime, binary, clock, log);
        _folders = new SandboxFolders(options.DataDirectory);
        _slots = new BuilderSlots(_folders.Slots, options.Slots, clock);
    }

    public string Name => "bubblewrap";

    public async Task<ISandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var machine = await MachineAsync(cancellationToken);
        var slot = await _slots.TakeAsync(
            () => _log.LogWarning(
                "All {Count} sandboxes of this machine are in use: {DeploymentId} waits for one", _options.Slots, spec.DeploymentId),
            cancellationToken);
        try
        {
            var folders = _folders.Of(spec.OrganizationId);
            var own = await SandboxFolder.CreateAsync(folders, spec.DeploymentId, cancellationToken);
            var sandbox = new BubblewrapSandbox(machine, spec, folders, own, slot);
            sandbox.Begin();
            return sandbox;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            slot.Dispose();
            throw new SandboxException("SANDBOX_CREATE_FAILED", $"The sandbox's folder cannot be made: {e.Message}", transient: true, e);
        }
        catch
        {
            slot.Dispose();
            throw;
        }
    }

    public async Task<int> ReapAsync(IReadOnlySet<DeploymentId> alive, CancellationToken cancellationToken)
    {
        var machine = await MachineAsync(cancellationToken);
        var removed = 0;
        foreach (var organization in _folders.Organizations())
        {
            removed += await Leftovers.RemoveAsync(organization, alive, _options.PackageCacheBytes, machine.Groups, cancellationToken);
        }

        ProxySocket.RemoveDead(_folders.Root);
        return removed;
    }

    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var machine = await MachineAsync(cancellationToken);
        var said = new StringBuilder();
        using var gate = new OutputGate(
            (_, data, _) =>
            {
                said.Append(Encoding.UTF8.GetString(data.Span));
                return ValueTask.CompletedTask;
            },
            maxBytes: 4096);
        try
        {
            // Not as a builder: one that may start nothing any more is not the machine.
            var bounds = BubblewrapBounds.OfInstaller("probe", _options, new SandboxLimits(), ProbeTime);
            var exit = await machine.Runner.RunAsync(
                new BubblewrapCommand(machine), ["/bin/true"], bounds, gate, Stream.Null, cancellationToken);
            if (!exit.Succeeded) throw Unusable($"{exit.Reason} {exit.ExitCode} {said}");
        }
        catch (SandboxException e) when (e.Code == "SANDBOX_COMMAND_FAILED")
        {
            throw Unusable(said.ToString(), e);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw Unusable(e.Message, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null) await _machine.Proxy.DisposeAsync();
        _starting.Dispose();
        _slots.Dispose();
    }

    /// <summary>
    /// Everything that takes a process or a socket waits for the first use, so that a service that never builds starts none.
    /// </summary>
    private async Task<BubblewrapMachine> MachineAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _machine ??= await StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is RuntimePartMissingException or InvalidOperationException)
        {
            throw new SandboxException("SANDBOX_CREATE_FAILED", e.Message, transient: false, e);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task<BubblewrapMachine> StartAsync(CancellationToken cancellationToken)
    {
        var bubblewrap = await _binary.LocateAsync(cancellationToken);
        var tools = new SandboxToolchain(_runtime);
        var groups = ControlGroups.Probe();
        var filter = WriteFilter();
        WarnOfWhatIsMissing(groups, filter);
        var registry = await NpmRegistry.AddressAsync(tools, _options.Registry, cancellationToken);
        var proxy = new RegistryProxy(
            ProxySocket.NewPath(_folders.Root), [$"{registry.Host}:{registry.Port}", .. _options.AllowedHosts], _log);
        return new BubblewrapMachine(
            _options, bubblewrap, groups, new BubblewrapRunner(groups, _clock), filter, proxy,
            new LocalSandboxSettings(tools, registry, _options.DependencyStoreBytes, _clock));
    }

    private void WarnOfWhatIsMissing(ControlGroups groups, string? filter)
    {
        if (groups.Kind == ControlGroupKind.None)
            _log.LogWarning(
                "No control groups can be made here: sandboxes have limits per process only, not for memory and processes as a whole");
        if (!HostUser.IsRoot)
            _log.LogWarning("Not running as root: sandboxes share one Linux user, and limits of processes count for all of them together");
        if (filter is null)
            _log.LogWarning(
                "Sandboxes may make every system call: there is no filter for {Architecture}", RuntimeInformation.OSArchitecture);
    }

    /// <summary>Several services may share the folder, so the file is there whole or not at all.</summary>
    private string? WriteFilter()
    {
        if (SystemCallFilter.For(RuntimeInformation.OSArchitecture) is not { } program) return null;

        var file = Path.Combine(_folders.Root, "system-calls.bpf");
        var staged = Path.Combine(_folders.Root, $"system-calls.{Guid.NewGuid():N}");
        File.WriteAllBytes(staged, program);
        File.Move(staged, file, overwrite: true);
        return file;
    }

    private static SandboxException Unusable(string said, Exception? inner = null) => new(
        "SANDBOX_CREATE_FAILED",
        $"bubblewrap cannot make a sandbox on this machine: {said.Trim()} {BubblewrapAdvice.For(said)}",
        transient: false,
        inner);
}
