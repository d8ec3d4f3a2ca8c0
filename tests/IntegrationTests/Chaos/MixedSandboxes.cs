using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Artifacts;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>Scripted sandboxes for most projects, real ones for some.</summary>
internal sealed class MixedSandboxes(ISandboxProvider real, Workspace workspace) : ISandboxProvider
{
    /// <summary>Lines that a scripted build prints.</summary>
    public const int Lines = 20;

    public string Name => "mixed";

    /// <summary>Where the ledger keeps the runs whose every line was handed to the log.</summary>
    public static string RunsOf(string deployment) => $"runs-{deployment}";

    public async Task<ISandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        var kind = ProjectKinds.Of(spec.ProjectId);
        if (kind == ProjectKind.Real) return await real.CreateAsync(spec, cancellationToken);
        if (kind == ProjectKind.Shaky && await IsFirstTryAsync(spec.DeploymentId))
            throw new SandboxException("SANDBOX_CREATE_FAILED", "The scripted sandbox cannot be made.", transient: true);
        return new ScriptedSandbox(spec.DeploymentId, kind, workspace);
    }

    public Task<int> ReapAsync(IReadOnlySet<DeploymentId> alive, CancellationToken cancellationToken) =>
        real.ReapAsync(alive, cancellationToken);

    public Task ProbeAsync(CancellationToken cancellationToken) => real.ProbeAsync(cancellationToken);

    private async Task<bool> IsFirstTryAsync(DeploymentId id)
    {
        var first = false;
        await workspace.WriteAsync($"sandboxes-{id.Value}", lines =>
        {
            first = lines.Count == 0;
            return ["try"];
        });
        return first;
    }

    /// <summary>Prints numbered lines for half a second and returns a site that names its deployment.</summary>
    private sealed class ScriptedSandbox(DeploymentId deployment, ProjectKind kind, Workspace workspace) : ISandbox
    {
        private static readonly TimeSpan LineTime = TimeSpan.FromMilliseconds(25);
        private static readonly SandboxExit Done = new(SandboxExitReason.Exited, 0);

        public string Id { get; } = Guid.NewGuid().ToString("N")[..8];

        public Task WriteAsync(Stream tar, CancellationToken cancellationToken) => tar.CopyToAsync(Stream.Null, cancellationToken);

        public Task<SandboxExit> InstallAsync(
            DependencyInstall install, SandboxOutput output, CancellationToken cancellationToken) => Task.FromResult(Done);

        public async Task<SandboxExit> BuildAsync(
            SandboxBuild build, Stream result, SandboxOutput output, CancellationToken cancellationToken)
        {
            for (var line = 1; line <= Lines; line++)
            {
                await output(SandboxStream.Stdout, Encoding.UTF8.GetBytes($"run {Id} line {line}\n"), cancellationToken);
                await Task.Delay(LineTime, cancellationToken);
            }

            await workspace.WriteAsync(RunsOf(deployment.Value), _ => [Id]);
            if (kind == ProjectKind.Broken) return new SandboxExit(SandboxExitReason.Exited, 1);

            await BuildTar.OfAssets($"<h1>{deployment.Value}</h1>").Build().CopyToAsync(result, cancellationToken);
            return Done;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
