using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.IntegrationTests.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(SandboxFixture))]

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>One provider with a data folder of its own, shared by all sandbox tests; each test makes its own organization.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    /// <summary>Outlives the tests, so that bubblewrap is fetched once.</summary>
    private static readonly string ToolsDirectory = Path.Combine(AppContext.BaseDirectory, "tools");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("libra-sandbox-tests-");

    public SandboxFixture()
    {
        Options = new BubblewrapOptions { DataDirectory = _data.FullName };
        Provider = new BubblewrapSandboxProvider(Options, RuntimeLayout.Find(), new BubblewrapBinary(ToolsDirectory, NullLogger<BubblewrapBinary>.Instance), TimeProvider.System, NullLogger<BubblewrapSandboxProvider>.Instance);
    }

    public BubblewrapOptions Options { get; }

    public BubblewrapSandboxProvider Provider { get; }

    public string DataDirectory => _data.FullName;

    public ValueTask InitializeAsync() => new(Provider.ProbeAsync(CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
