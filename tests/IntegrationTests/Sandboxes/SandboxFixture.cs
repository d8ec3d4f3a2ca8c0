using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.IntegrationTests.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(SandboxFixture))]

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>One provider with a data folder of its own, shared by all sandbox tests; each test makes its own organization.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    /// <summary>Set for a second process of tests that works in the folder of a first.</summary>
    internal const string DataDirectoryVariable = "LIBRA_TEST_SANDBOX_DATA";

    private readonly DirectoryInfo _data = Environment.GetEnvironmentVariable(DataDirectoryVariable) is { } shared
        ? new DirectoryInfo(shared)
        : Directory.CreateTempSubdirectory("libra-sandbox-tests-");

    public SandboxFixture()
    {
        Options = new BubblewrapOptions { DataDirectory = _data.FullName };
        Provider = new BubblewrapSandboxProvider(Options, RuntimeLayout.Find(), new BubblewrapBinary(SandboxTools.Folder, NullLogger<BubblewrapBinary>.Instance), TimeProvider.System, NullLogger<BubblewrapSandboxProvider>.Instance);
    }

    public BubblewrapOptions Options { get; }

    public BubblewrapSandboxProvider Provider { get; }

    public string DataDirectory => _data.FullName;

    /// <summary>The folders on this machine of the sandboxes whose id matches.</summary>
    public IReadOnlyList<string> FoldersOf(string id) =>
        [.. Directory.EnumerateDirectories(DataDirectory).Select(organization => Path.Combine(organization, "sandboxes"))
            .Where(Directory.Exists).SelectMany(sandboxes => Directory.EnumerateDirectories(sandboxes, id))];

    public ValueTask InitializeAsync() => new(Provider.ProbeAsync(CancellationToken.None));

    public async ValueTask DisposeAsync()
    {
        await Provider.DisposeAsync();
        _data.Delete(recursive: true);
    }
}
