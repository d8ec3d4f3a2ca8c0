using Libra.Deploy.Application.Projects.Source;
using System.Formats.Tar;
using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>A sandbox in a test, with what it printed and what came out of it.</summary>
internal sealed class OpenSandbox(ISandbox sandbox, string organization) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly StringBuilder _output = new();

    public ISandbox Sandbox => sandbox;

    /// <summary>Everything printed so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>The tar that the last build gave.</summary>
    public MemoryStream Result { get; private set; } = new();

    public static async Task<OpenSandbox> CreateAsync(ISandboxProvider provider, string? organization = null, SandboxLimits? limits = null)
    {
        organization ??= $"org_{Guid.NewGuid():N}";
        var spec = new SandboxSpec(
            DeploymentId.New(TimeProvider.System.GetUtcNow()), organization, "project", limits ?? new SandboxLimits());
        return new OpenSandbox(await provider.CreateAsync(spec, TestContext.Current.CancellationToken), organization);
    }

    public Task WriteAsync(params ReadOnlySpan<(string Path, string Content)> files) =>
        sandbox.WriteAsync(ProjectFiles.Tar(files), TestContext.Current.CancellationToken);

    public Task<SandboxExit> InstallAsync(PackageManager manager) =>
        sandbox.InstallAsync(new DependencyInstall(manager, organization, Patience), TakeAsync, TestContext.Current.CancellationToken);

    public Task<SandboxExit> BuildAsync(params string[][] commands) =>
        BuildAsync(Patience, TestContext.Current.CancellationToken, commands);

    public Task<SandboxExit> BuildAsync(TimeSpan timeout, CancellationToken cancellationToken, params string[][] commands) =>
        BuildAsync(new SandboxBuild(commands, "dist", timeout, new Dictionary<string, string> { ["NODE_ENV"] = "production" }),
            cancellationToken);

    public async Task<SandboxExit> BuildAsync(SandboxBuild build, CancellationToken? cancellationToken = null)
    {
        Result = new MemoryStream();
        var exit = await sandbox.BuildAsync(build, Result, TakeAsync, cancellationToken ?? TestContext.Current.CancellationToken);
        Result.Position = 0;
        return exit;
    }

    /// <summary>Runs a script of Node with the project as its working folder.</summary>
    public async Task<SandboxExit> RunScriptAsync(string script)
    {
        await WriteAsync(("script.mjs", script));
        return await BuildAsync(["node", "script.mjs"]);
    }

    public IReadOnlyList<TarEntry> ResultEntries()
    {
        var reader = new TarReader(Result);
        List<TarEntry> entries = [];
        while (reader.GetNextEntry(copyData: true) is { } entry) entries.Add(entry);
        return entries;
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    private ValueTask TakeAsync(SandboxStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        lock (_output) _output.Append(Encoding.UTF8.GetString(data.Span));
        return ValueTask.CompletedTask;
    }
}
