using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.IntegrationTests.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(SandboxFixture))]

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>One provider with a data folder of its own, shared by all sandbox tests; each test makes its own organization.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-sandbox-tests-");

    public SandboxFixture()
    {
        Options = new BubblewrapOptions { DataDirectory = _data.FullName };
        Provider = new BubblewrapSandboxProvider(Options, Tools(), TimeProvider.System, NullLogger<BubblewrapSandboxProvider>.Instance);
    }

    public BubblewrapOptions Options { get; }

    public BubblewrapSandboxProvider Provider { get; }

    public string DataDirectory => _data.FullName;

    public static SandboxToolchain Tools()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Libra.Deploy.sln"))) root = root.Parent!;
        return SandboxToolchain.Locate("/tmp/sbx/usr/bin/bwrap", Path.Combine(root.FullName, "runtime/node_modules"), Path.Combine(root.FullName, "runtime/sandbox"));
    }

    public ValueTask InitializeAsync() => new(Provider.ProbeAsync(CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
