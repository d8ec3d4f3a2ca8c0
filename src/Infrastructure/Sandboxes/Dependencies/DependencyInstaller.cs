using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>Runs one package manager command in a folder; knows nothing of what the command is for.</summary>
/// <param name="command">Program and arguments.</param>
/// <param name="folder">Where, as a path of this machine.</param>
internal delegate Task<SandboxExit> InstallCommand(IReadOnlyList<string> command, string folder);

/// <summary>Turns manifests and lock file into installed dependencies, or finds them stored.</summary>
/// <param name="store">Where finished ones are kept; null where they stay with the one sandbox that they were installed in.</param>
/// <param name="work">Folder to make for an install and to remove after it, in the store's filesystem.</param>
/// <param name="tools">Whose versions are part of the key.</param>
/// <param name="registry">Where packages come from.</param>
internal sealed class DependencyInstaller(DependencyStore? store, string work, SandboxToolchain tools, Uri registry)
{
    private static readonly SandboxExit Done = new(SandboxExitReason.Exited, 0);
    private static readonly SandboxExit Refused = new(SandboxExitReason.Refused, null);

    /// <returns>How it ended and, when it went well, what is installed; null when the project has no dependencies at all.</returns>
    public async Task<(SandboxExit Exit, InstalledDependencies? Dependencies)> InstallAsync(
        string source, PackageManager manager, OutputGate gate, InstallCommand run, CancellationToken cancellationToken)
    {
        if (DependencyLocks.Of(manager).Count == 0)
        {
            var advice = $"{manager} is not supported. Use bun (bun.lock), npm (package-lock.json) or pnpm (pnpm-lock.yaml).";
            return (await RefuseAsync(gate, [advice], cancellationToken), null);
        }

        var inputs = InstallInputs.Read(source, manager);
        if (inputs.Problems.Count > 0) return (await RefuseAsync(gate, inputs.Problems, cancellationToken), null);
        if (!inputs.HasManifest) return (Done, null);

        OrganizationFolders.CreateOpen(work);
        try
        {
            return await InstallAsync(inputs, work, gate, run, cancellationToken);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private async Task<(SandboxExit Exit, InstalledDependencies? Dependencies)> InstallAsync(
        InstallInputs inputs, string folder, OutputGate gate, InstallCommand run, CancellationToken cancellationToken)
    {
        inputs.WriteTo(folder);
        foreach (var ignored in inputs.IgnoredLocks) await gate.SayAsync(WhyIgnored(ignored, inputs), cancellationToken);
        if (inputs.Lock is null)
        {
            await gate.SayAsync($"No {inputs.LockName}: resolving versions", cancellationToken);
            var resolved = await run(PackageManagerCommands.Resolve(inputs.Manager), folder);
            // A project without any dependency gets no lock file.
            if (!resolved.Succeeded || !inputs.TryReadLock(folder)) return (resolved, null);
        }

        if (Problems(inputs) is { Count: > 0 } problems) return (await RefuseAsync(gate, problems, cancellationToken), null);

        var key = inputs.Key(PackageManagerCommands.Version(inputs.Manager, tools));
        if (store?.TryUse(key) is { } stored)
        {
            await gate.SayAsync("Dependencies unchanged: using the stored ones", cancellationToken);
            return (Done, stored);
        }

        var placed = await PlaceProgramsAsync(inputs.Programs, folder, run);
        if (!placed.Succeeded) return (placed, null);

        var exit = await FillAsync(inputs, folder, gate, run, cancellationToken);
        if (!exit.Succeeded || store is null) return (exit, null);

        var added = store.Add(key, folder, inputs.PackageFolders);
        try
        {
            store.Trim();
            return (exit, added);
        }
        catch
        {
            added.Dispose();
            throw;
        }
    }

    private static async Task<SandboxExit> PlaceProgramsAsync(WorkspacePrograms programs, string folder, InstallCommand run)
    {
        if (programs.FirstLines.Count == 0) return Done;

        programs.StageIn(folder);
        var exit = await run(WorkspacePrograms.PlaceCommand, folder);
        WorkspacePrograms.Unstage(folder);
        return exit;
    }

    /// <summary>Installs by the lock file; when that does not fit the manifests, as near to it as possible.</summary>
    private async Task<SandboxExit> FillAsync(
        InstallInputs inputs, string folder, OutputGate gate, InstallCommand run, CancellationToken cancellationToken)
    {
        var exact = await run(PackageManagerCommands.Exact(inputs.Manager), folder);
        if (exact.Succeeded || exact.Reason != SandboxExitReason.Exited) return exact;

        // An edited package.json with an older lock file is everyday in projects that a machine writes.
        await gate.SayAsync($"{inputs.LockName} cannot be installed as it is: trying with the versions nearest to it", cancellationToken);
        var lenient = await run(PackageManagerCommands.Lenient(inputs.Manager), folder);
        if (!lenient.Succeeded || !inputs.TryReadLock(folder)) return lenient;

        return Problems(inputs) is { Count: > 0 } problems ? await RefuseAsync(gate, problems, cancellationToken) : lenient;
    }

    private IReadOnlyList<string> Problems(InstallInputs inputs) =>
        inputs.Problems.Count > 0 ? inputs.Problems : LockfileRules.Check(inputs.Manager, inputs.Lock!, registry, inputs.LockName);

    private static string WhyIgnored(string lockName, InstallInputs inputs) =>
        inputs.Lock is not null ? $"{lockName} is ignored: the versions are those of {inputs.LockName}"
        : lockName == DependencyLocks.UnreadableBunLock
            ? $"{lockName} is ignored, because only bun itself can read it: 'bun install --save-text-lockfile' makes a {inputs.LockName}"
            : $"{lockName} is ignored: it is not of {inputs.Manager.ToString().ToLowerInvariant()}";

    private static async Task<SandboxExit> RefuseAsync(OutputGate gate, IReadOnlyList<string> problems, CancellationToken cancellationToken)
    {
        foreach (var problem in problems) await gate.WriteAsync(SandboxStream.Stderr, problem, cancellationToken);
        return Refused;
    }
}
