using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Artifacts;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Sandboxes in which nothing runs: each call ends as a test wants.</summary>
internal sealed class ScriptedSandboxes : ISandboxProvider
{
    private static readonly SandboxExit Done = new(SandboxExitReason.Exited, 0);

    public string Name => "scripted";

    /// <summary>Thrown by the call of this name: Create, Write or Build.</summary>
    public (string Call, Exception Failure)? Trouble { get; set; }

    public SandboxExit Installed { get; set; } = Done;

    public string InstallSays { get; set; } = "installed\n";

    public SandboxExit Built { get; set; } = Done;

    public BuildTar Result { get; set; } = BuildTar.OfAssets();

    /// <summary>What happens while a sandbox is made, or while files are written into it.</summary>
    public Action? Meanwhile { get; set; }

    public TimeSpan CreateTimeout { get; set; }

    public TimeSpan WriteTimeout { get; set; }

    /// <summary>How many were made.</summary>
    public int Made { get; private set; }

    public Task<ISandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken)
    {
        Made++;
        Pass(cancellationToken);
        ThrowFor("Create");
        return Task.FromResult<ISandbox>(new Sandbox(this));
    }

    public Task<int> ReapAsync(IReadOnlySet<DeploymentId> alive, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task ProbeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything goes well from now on.</summary>
    public void Mend() => (Trouble, Installed, Built, Result) = (null, Done, Done, BuildTar.OfAssets());

    private void Pass(CancellationToken cancellationToken)
    {
        Meanwhile?.Invoke();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void ThrowFor(string call)
    {
        if (Trouble is { } trouble && trouble.Call == call) throw trouble.Failure;
    }

    private sealed class Sandbox(ScriptedSandboxes script) : ISandbox
    {
        public string Id { get; } = Guid.NewGuid().ToString("N");

        public Task WriteAsync(Stream tar, CancellationToken cancellationToken)
        {
            script.Pass(cancellationToken);
            script.ThrowFor("Write");
            return Task.CompletedTask;
        }

        public async Task<SandboxExit> InstallAsync(DependencyInstall install, SandboxOutput output, CancellationToken cancellationToken)
        {
            await output(SandboxStream.Stderr, Encoding.UTF8.GetBytes(script.InstallSays), cancellationToken);
            return script.Installed;
        }

        public async Task<SandboxExit> BuildAsync(
            SandboxBuild build, Stream result, SandboxOutput output, CancellationToken cancellationToken)
        {
            script.ThrowFor("Build");
            if (script.Built.Succeeded) await script.Result.Build().CopyToAsync(result, cancellationToken);
            return script.Built;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
