using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>
/// A sandbox on a rented machine. What is checked is checked here, before it is sent: files, manifests and lock file. A machine in which
/// something had to be stopped is ended whole and not used again.
/// </summary>
internal sealed class RemoteSandbox(SandboxSpec spec, IRemoteMachine machine, RemoteSettings settings) : ISandbox
{
    /// <summary>What the names of the folders begin with in which files are checked before they are sent.</summary>
    public const string LocalFolders = "libra-sandbox-";

    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(30);

    private readonly RemoteLayout _layout = new(settings.Machines.Options);
    private readonly RemoteFiles _files = new(machine, settings.Machines.Options);
    private readonly HeldFolder _local = new(LocalFolders);
    private readonly Deadline _end = new(spec.Limits.Lifetime, settings.Clock);
    private readonly SemaphoreSlim _busy = new(1, 1);
    private readonly MachineLease _lease = new(machine, settings);
    private Task? _ending;
    private Task? _disposing;

    public string Id => machine.Id;

    private string LocalSource => Path.Combine(_local.Path, "source");

    /// <summary>Puts the service's scripts there and makes sure that the toolchain is.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        _lease.Start(spec.Limits.Lifetime);
        var folders = $"mkdir -p {_layout.Source} {_layout.Install} {_layout.Cache} {_layout.Scripts} "
            + $"&& ln -s {_layout.Modules} {_layout.Scripts}/node_modules";
        var check = $"export PATH={_layout.Tools}:$PATH && test -d {_layout.Modules}/wrangler && node --version && bun --version";
        var said = new FirstWords();
        if (await machine.RunAsync($"{folders} && {check}", settings.Machines.Options.CallTimeout, said.TakeAsync, cancellationToken) == 0)
        {
            await _files.SendAsync(settings.Tools.Scripts, _layout.Scripts, "SANDBOX_CREATE_FAILED", cancellationToken);
            return;
        }

        throw new SandboxException(
            "SANDBOX_CREATE_FAILED",
            $"The sandboxes of {settings.Machines.Name} have no toolchain in {settings.Machines.Options.Toolchain}; "
            + $"make their template from runtime/remote/Dockerfile. {said}",
            transient: false);
    }

    public Task WriteAsync(Stream tar, CancellationToken cancellationToken) => ExclusivelyAsync(
        async () =>
        {
            if (Directory.Exists(LocalSource)) Directory.Delete(LocalSource, recursive: true);
            Directory.CreateDirectory(LocalSource);
            await ProjectTar.UnpackAsync(tar, LocalSource, spec.Limits.DiskBytes, cancellationToken);
            await _files.SendAsync(LocalSource, _layout.Source, "FILE_SYNC_FAILED", cancellationToken);
            return true;
        },
        cancellationToken);

    public Task<SandboxExit> InstallAsync(
        DependencyInstall install, SandboxOutput output, CancellationToken cancellationToken) => ExclusivelyAsync(
        async () =>
        {
            using var gate = new OutputGate(output, spec.Limits.MaxOutputBytes);
            var deadline = new Deadline(_end.Within(install.Timeout), settings.Clock); // one for all of its commands
            var installer = new DependencyInstaller(store: null, Path.Combine(_local.Path, "install"), settings.Tools, settings.Registry);
            var (exit, _) = await installer.InstallAsync(
                LocalSource, install.Manager, gate, (line, folder) => RunInstallerAsync(line, folder, deadline, gate, cancellationToken),
                cancellationToken);
            return exit;
        },
        cancellationToken);

    public Task<SandboxExit> BuildAsync(
        SandboxBuild build, Stream result, SandboxOutput output, CancellationToken cancellationToken) => ExclusivelyAsync(
        async () =>
        {
            using var gate = new OutputGate(output, spec.Limits.MaxOutputBytes);
            // From here on project code runs.
            await machine.CutNetworkAsync(cancellationToken);
            var exit = await RunAsync(BuildLine(build), _end.Within(build.Timeout), gate, cancellationToken);
            return exit.Succeeded ? await TakeResultAsync(exit, result, cancellationToken) : exit;
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        lock (_local) _disposing ??= CloseAsync();
        await _disposing;
    }

    /// <summary>
    /// One command of a package manager: the inputs go there, and the lock file that it may have written comes back to be checked.
    /// </summary>
    private async Task<SandboxExit> RunInstallerAsync(
        IReadOnlyList<string> line, string folder, Deadline deadline, OutputGate gate, CancellationToken cancellationToken)
    {
        await _files.SendAsync(folder, _layout.Install, "FILE_SYNC_FAILED", cancellationToken);
        var variables = _layout.Variables(PackageManagerCommands.Settings(_layout.Cache, settings.Registry));
        var exit = await RunAsync(ShellText.Of(_layout.Install, variables, line), deadline.Left, gate, cancellationToken);
        if (exit.Succeeded) await _files.TakeLocksAsync(_layout.Install, folder, cancellationToken);
        return exit;
    }

    private string BuildLine(SandboxBuild build)
    {
        var variables = _layout.Variables(BuildPhase.Variables(spec.Limits, build));
        variables["XDG_CONFIG_HOME"] = $"{_layout.Root}/config"; // the one of the local sandbox is a path that may not exist here
        return ShellText.Of(
            _layout.Root, variables,
            [
                "/bin/sh", $"{_layout.Scripts}/remote-build.sh", _layout.Root, BuildPhase.CheckedResultPath(build),
                .. BuildLines.Of(BuildPhase.CommandsAt(_layout.Scripts, build))]);
    }

    private async Task<SandboxExit> TakeResultAsync(SandboxExit exit, Stream result, CancellationToken cancellationToken)
    {
        try
        {
            if (await machine.DownloadAsync(_layout.Result, result, spec.Limits.DiskBytes, cancellationToken)) return exit;
        }
        catch (ResultTooLargeException)
        {
            return new SandboxExit(SandboxExitReason.LimitExceeded, null);
        }

        throw new SandboxException("SANDBOX_COMMAND_FAILED", "The build ended well, and yet its result is not there.", transient: true);
    }

    private async Task<SandboxExit> RunAsync(string shell, TimeSpan timeout, OutputGate gate, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(timeout, settings.Clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token, _lease.Lost);
        try
        {
            return ShellExit.Of(await machine.RunAsync(shell, timeout, gate.WriteAsync, stop.Token));
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or SandboxException)
        {
            await EndAsync(); // the only way to be sure that nothing of it goes on
            cancellationToken.ThrowIfCancellationRequested();
            if (time.IsCancellationRequested) return new SandboxExit(SandboxExitReason.TimedOut, null);
            throw new SandboxException("SANDBOX_COMMAND_FAILED", $"The sandbox {Id} went away while a command ran in it.", transient: true);
        }
    }

    private async Task CloseAsync()
    {
        // The machine first: what waits for a command in it learns of its end by that.
        await EndAsync();
        await _busy.WaitAsync(EndTime);
        await _lease.DisposeAsync();
        _local.Dispose();
    }

    private Task EndAsync()
    {
        lock (_local) return _ending ??= EndMachineAsync();
    }

    private Task EndMachineAsync()
    {
        _lease.Stop();
        return settings.Machines.EndOrLeaveAsync(Id, settings.Clock, settings.Log);
    }

    private async Task<T> ExclusivelyAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        await _busy.WaitAsync(cancellationToken);
        try
        {
            if (_ending is not null) throw new SandboxException("SANDBOX_COMMAND_FAILED", $"The sandbox {Id} has ended.", transient: true);
            return await action();
        }
        finally
        {
            _busy.Release();
        }
    }
}

/// <summary>What all sandboxes of one remote provider share.</summary>
internal sealed record RemoteSettings(IRemoteMachines Machines, SandboxToolchain Tools, Uri Registry, TimeProvider Clock, ILogger Log);
