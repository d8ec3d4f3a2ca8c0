using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>A local sandbox in which each thing runs in a bubblewrap of its own.</summary>
internal sealed class BubblewrapSandbox(
    BubblewrapMachine machine, SandboxSpec spec, OrganizationFolders folders, SandboxFolder own, BuilderSlot slot)
    : LocalSandbox(spec, folders, own, machine.Settings)
{
    protected override Task<SandboxExit> RunInstallerAsync(
        IReadOnlyList<string> line, string folder, TimeSpan timeout, OutputGate gate, CancellationToken cancellationToken) =>
        machine.Runner.RunAsync(
            InstallPhase.Describe(machine, Folders, Path.GetFileName(folder)),
            InstallPhase.Line(line),
            BubblewrapBounds.OfInstaller(Id, machine.Options, Spec.Limits, timeout),
            gate,
            Stream.Null,
            cancellationToken);

    protected override Task<SandboxExit> RunBuildAsync(
        SandboxBuild build, InstalledDependencies? dependencies, Stream result, OutputGate gate, CancellationToken cancellationToken) =>
        machine.Runner.RunAsync(
            BuildPhase.Describe(machine, SandboxFolder.Source, dependencies, Spec.Limits, build),
            BuildPhase.Line(build),
            BubblewrapBounds.OfBuilder(Id, machine.Options, slot.Index, Spec.Limits, build.Timeout),
            gate,
            result,
            cancellationToken);

    protected override void Release() => slot.Dispose();
}
