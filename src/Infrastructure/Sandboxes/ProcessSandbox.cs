using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>No sandbox at all: project code runs as the service's own user, with only time, output and result bounded.</summary>
internal sealed class ProcessSandbox(
    SandboxSpec spec, OrganizationFolders folders, SandboxFolder own, string tools, LocalSandboxSettings settings)
    : LocalSandbox(spec, folders, own, settings)
{
    protected override Task<SandboxExit> RunInstallerAsync(
        IReadOnlyList<string> line, string folder, TimeSpan timeout, OutputGate gate, CancellationToken cancellationToken) =>
        RunAsync(
            line, PackageManagerCommands.Settings(Folders.Cache, Settings.Registry), folder, timeout, Stream.Null, gate, cancellationToken);

    protected override Task<SandboxExit> RunBuildAsync(
        SandboxBuild build, InstalledDependencies? dependencies, Stream result, OutputGate gate, CancellationToken cancellationToken)
    {
        var work = Path.Combine(SandboxFolder.Folder, "work");
        if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        Directory.CreateDirectory(work);
        foreach (var package in dependencies?.PackageFolders ?? [])
        {
            Directory.CreateDirectory(Path.Combine(work, package));
            File.CreateSymbolicLink(Path.Combine(work, package, "node_modules"), Path.Combine(dependencies!.Root, package, "node_modules"));
        }

        IReadOnlyList<string> line =
            [
                "/bin/sh", Path.Combine(Settings.Tools.Scripts, "build.sh"), SandboxFolder.Source, work,
                BuildPhase.CheckedResultPath(build), .. BuildLines.Of(BuildPhase.CommandsAt(Settings.Tools.Scripts, build))];
        return RunAsync(line, BuildPhase.Variables(Spec.Limits, build), work, build.Timeout, result, gate, cancellationToken);
    }

    private async Task<SandboxExit> RunAsync(
        IReadOnlyList<string> line,
        IReadOnlyDictionary<string, string> variables,
        string folder,
        TimeSpan timeout,
        Stream result,
        OutputGate gate,
        CancellationToken cancellationToken)
    {
        using var run = new SandboxRun(timeout, Settings.Clock, group: null);
        var child = await ChildProcess.StartAsync(
            [.. Launcher.DieWithParent, .. Launcher.Line(Settings.Tools, "", [], run.Descriptors, []), .. line], Variables(variables),
            folder);
        return (await run.RunAsync(child, gate, result, Spec.Limits.DiskBytes, cancellationToken)).Exit;
    }

    /// <summary>An environment made up here: the service's own holds its secrets.</summary>
    private Dictionary<string, string> Variables(IReadOnlyDictionary<string, string> variables)
    {
        var home = Directory.CreateDirectory(Path.Combine(SandboxFolder.Folder, "home")).FullName;
        var all = new Dictionary<string, string>(variables)
        {
            ["PATH"] = $"{tools}:/usr/bin:/bin",
            ["HOME"] = home,
            ["TMPDIR"] = home,
            ["LANG"] = "C.UTF-8",
            ["CI"] = "1",
        };
        foreach (var (name, value) in HostCertificates.Variables()) all[name] = value;
        return all;
    }
}
