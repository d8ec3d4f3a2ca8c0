using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>A sandbox on this machine: a folder for the sources, and one bubblewrap for each thing that runs.</summary>
internal sealed class BubblewrapSandbox : ISandbox
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    /// <summary>How long after its lifetime a sandbox is taken away: what runs in it ends by itself first, as timed out.</summary>
    private static readonly TimeSpan ExpiryGrace = TimeSpan.FromSeconds(5);

    private readonly BubblewrapMachine _machine;
    private readonly SandboxSpec _spec;
    private readonly OrganizationFolders _folders;
    private readonly JobFolder _job;
    private readonly BuilderSlot _slot;
    private readonly DateTimeOffset _endsAt;
    private readonly ITimer _lifetime;
    private readonly CancellationTokenSource _stopped = new();
    private readonly SemaphoreSlim _busy = new(1, 1);
    private InstalledDependencies? _dependencies;
    private Task? _disposing;

    public BubblewrapSandbox(BubblewrapMachine machine, SandboxSpec spec, OrganizationFolders folders, JobFolder job, BuilderSlot slot)
    {
        (_machine, _spec, _folders, _job, _slot) = (machine, spec, folders, job, slot);
        _endsAt = machine.Clock.GetUtcNow() + spec.Limits.Lifetime;
        _lifetime = machine.Clock.CreateTimer(_ => _ = DisposeAsync().AsTask(), null, spec.Limits.Lifetime + ExpiryGrace, Timeout.InfiniteTimeSpan);
    }

    public string Id => _job.Id;

    public Task WriteAsync(Stream tar, CancellationToken cancellationToken) => ExclusivelyAsync(
        async token =>
        {
            Directory.Delete(_job.Source, recursive: true);
            Directory.CreateDirectory(_job.Source);
            await ProjectTar.UnpackAsync(tar, _job.Source, _spec.Limits.DiskBytes, token);
            return true;
        },
        cancellationToken);

    public Task<SandboxExit> InstallAsync(DependencyInstall install, SandboxOutput output, CancellationToken cancellationToken) => ExclusivelyAsync(
        async token =>
        {
            using var gate = new OutputGate(output, _spec.Limits.MaxOutputBytes);
            var store = new DependencyStore(_folders.Dependencies, _machine.Options.DependencyStoreBytes);
            var installer = new DependencyInstaller(store, Path.Combine(_folders.Work, Id), _machine.Tools, _machine.Registry);
            var (exit, dependencies) = await installer.InstallAsync(
                _job.Source, install.Manager, gate, (line, folder) => RunInstallerAsync(line, folder, install.Timeout, gate, token), token);
            _dependencies?.Dispose();
            _dependencies = dependencies;
            return exit;
        },
        cancellationToken);

    public Task<SandboxExit> BuildAsync(SandboxBuild build, Stream result, SandboxOutput output, CancellationToken cancellationToken) => ExclusivelyAsync(
        async token =>
        {
            using var gate = new OutputGate(output, _spec.Limits.MaxOutputBytes);
            var command = BuildPhase.Describe(_machine, _job.Source, _dependencies, _spec.Limits, build);
            return await _machine.Runner.RunAsync(command, BuildPhase.Line(build), Job(_machine.Options.FirstBuilderUserId + _slot.Index, build.Timeout), gate, result, token);
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        lock (_stopped) _disposing ??= StopAsync();
        await _disposing;
    }

    private async Task StopAsync()
    {
        // Off the caller's stack: a caller may hold what the running command's output handler waits for.
        await _stopped.CancelAsync();
        await _lifetime.DisposeAsync();
        if (!await _busy.WaitAsync(StopTime)) throw new SandboxException("SANDBOX_COMMAND_FAILED", $"Sandbox {Id} does not stop.", transient: false);

        _dependencies?.Dispose();
        _job.Dispose();
        _slot.Dispose();
        _machine.Log.LogDebug("Sandbox {SandboxId} is gone", Id);
    }

    private async Task<SandboxExit> RunInstallerAsync(
        IReadOnlyList<string> line, string folder, TimeSpan timeout, OutputGate gate, CancellationToken cancellationToken)
    {
        var command = InstallPhase.Describe(_machine, _folders, Path.GetFileName(folder));
        return await _machine.Runner.RunAsync(command, InstallPhase.Line(line), Job(_machine.Options.InstallerUserId, timeout), gate, Stream.Null, cancellationToken);
    }

    private BubblewrapJob Job(int userId, TimeSpan timeout)
    {
        var left = _endsAt - _machine.Clock.GetUtcNow();
        return new BubblewrapJob(Id, userId, _spec.Limits, left < timeout ? TimeSpan.FromTicks(Math.Max(left.Ticks, 1)) : timeout);
    }

    /// <summary>One thing at a time, ended by disposal as well as by the caller.</summary>
    private async Task<T> ExclusivelyAsync<T>(Func<CancellationToken, Task<T>> action, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped.Token);
        await _busy.WaitAsync(ends.Token);
        try
        {
            return await action(ends.Token);
        }
        finally
        {
            _busy.Release();
        }
    }
}
