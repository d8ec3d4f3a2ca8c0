using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>A sandbox on this machine: a folder for the sources, stored dependencies, and one thing at a time that runs.</summary>
/// <param name="spec">What was asked for.</param>
/// <param name="folders">Of the organization.</param>
/// <param name="own">The sandbox's own folder; removed with it.</param>
/// <param name="settings">What all sandboxes of the provider share.</param>
internal abstract class LocalSandbox(
    SandboxSpec spec, OrganizationFolders folders, SandboxFolder own, LocalSandboxSettings settings) : ISandbox
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    /// <summary>How long after its lifetime a sandbox is taken away: what runs in it ends by itself first, as timed out.</summary>
    private static readonly TimeSpan ExpiryGrace = TimeSpan.FromSeconds(5);

    private readonly Deadline _end = new(spec.Limits.Lifetime, settings.Clock);
    private readonly CancellationTokenSource _stopped = new();
    private readonly SemaphoreSlim _busy = new(1, 1);
    private ITimer? _lifetime;
    private InstalledDependencies? _dependencies;
    private Task? _disposing;

    public string Id => own.Id;

    protected SandboxSpec Spec => spec;

    protected OrganizationFolders Folders => folders;

    protected SandboxFolder SandboxFolder => own;

    protected LocalSandboxSettings Settings => settings;

    /// <summary>Starts the clock of its lifetime; called once, by who made it.</summary>
    public void Begin() =>
        _lifetime = settings.Clock.CreateTimer(
            _ => _ = DisposeAsync().AsTask(), null, spec.Limits.Lifetime + ExpiryGrace, Timeout.InfiniteTimeSpan);

    public Task WriteAsync(Stream tar, CancellationToken cancellationToken) => ExclusivelyAsync(
        async token =>
        {
            Directory.Delete(own.Source, recursive: true);
            Directory.CreateDirectory(own.Source);
            await ProjectTar.UnpackAsync(tar, own.Source, spec.Limits.DiskBytes, token);
            return true;
        },
        cancellationToken);

    public Task<SandboxExit> InstallAsync(
        DependencyInstall install, SandboxOutput output, CancellationToken cancellationToken) => ExclusivelyAsync(
        async token =>
        {
            using var gate = new OutputGate(output, spec.Limits.MaxOutputBytes);
            var store = new DependencyStore(folders.Dependencies, settings.DependencyStoreBytes, settings.Clock);
            var work = Path.Combine(folders.Work, Id);
            var installer = new DependencyInstaller(store, work, settings.Tools, settings.Registry);
            var space = new InstallSpace(work, spec.Limits, () => new DriveInfo(folders.Work).AvailableFreeSpace, settings.Clock);
            var deadline = new Deadline(_end.Within(install.Timeout), settings.Clock); // one for all of its commands
            var (exit, dependencies) = await installer.InstallAsync(
                own.Source, install.Manager, gate,
                (line, folder) => space.WatchAsync(stop => RunInstallerAsync(line, folder, deadline.Left, gate, stop), gate, token), token);
            _dependencies?.Dispose();
            _dependencies = dependencies;
            return exit;
        },
        cancellationToken);

    public Task<SandboxExit> BuildAsync(
        SandboxBuild build, Stream result, SandboxOutput output, CancellationToken cancellationToken) => ExclusivelyAsync(
        async token =>
        {
            using var gate = new OutputGate(output, spec.Limits.MaxOutputBytes);
            return await RunBuildAsync(build with { Timeout = _end.Within(build.Timeout) }, _dependencies, result, gate, token);
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        lock (_stopped) _disposing ??= StopAsync();
        await _disposing;
    }

    /// <summary>Runs a package manager in a folder that the installer has filled.</summary>
    protected abstract Task<SandboxExit> RunInstallerAsync(
        IReadOnlyList<string> line, string folder, TimeSpan timeout, OutputGate gate, CancellationToken cancellationToken);

    /// <summary>Runs project code and sends its result folder as a tar.</summary>
    protected abstract Task<SandboxExit> RunBuildAsync(
        SandboxBuild build, InstalledDependencies? dependencies, Stream result, OutputGate gate, CancellationToken cancellationToken);

    /// <summary>Gives back what the sandbox alone holds, after everything in it has ended.</summary>
    protected virtual void Release()
    {
    }

    private async Task StopAsync()
    {
        await _stopped.CancelAsync();
        if (_lifetime is not null) await _lifetime.DisposeAsync();
        if (!await _busy.WaitAsync(StopTime))
            throw new SandboxException("SANDBOX_COMMAND_FAILED", $"Sandbox {Id} does not stop.", transient: false);

        _dependencies?.Dispose();
        own.Dispose();
        Release();
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

/// <summary>What all sandboxes of one local provider share.</summary>
internal sealed record LocalSandboxSettings(SandboxToolchain Tools, Uri Registry, long DependencyStoreBytes, TimeProvider Clock);
