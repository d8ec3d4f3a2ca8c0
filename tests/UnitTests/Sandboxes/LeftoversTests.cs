using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class LeftoversTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-leftovers-");
    private readonly OrganizationFolders _folders;

    public LeftoversTests() => _folders = new SandboxFolders(_root.FullName).Of("org");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Remove_WhenThePackageCacheIsTooLarge_LetsItStartAfresh()
    {
        Cached("p", size: 2000);

        await RemoveAsync();

        Directory.EnumerateFileSystemEntries(_folders.Cache).Should().BeEmpty();
        Directory.EnumerateDirectories(_folders.Root).Should()
            .BeEquivalentTo([_folders.Sandboxes, _folders.Dependencies, _folders.Store], "nothing of the old one stays elsewhere");
        File.GetUnixFileMode(_folders.Cache).Should().Be(OrganizationFolders.OpenToSandboxUsers);
    }

    [Fact]
    public async Task Remove_WhenAKillCutOffTheRemovalOfACache_FinishesIt()
    {
        Cached("p", size: 10);
        var halfRemoved = Path.Combine(_folders.Root, "removed-cache-1");
        Directory.CreateDirectory(Path.Combine(halfRemoved, "q"));

        await RemoveAsync();

        Directory.Exists(halfRemoved).Should().BeFalse();
        File.Exists(Path.Combine(_folders.Cache, "p")).Should().BeTrue("it is small enough");
    }

    private void Cached(string name, int size) => File.WriteAllBytes(Path.Combine(_folders.Cache, name), new byte[size]);

    private async Task RemoveAsync() => await Leftovers.RemoveAsync(
        _folders, new HashSet<DeploymentId>(), maxCacheBytes: 1000, groups: null, TestContext.Current.CancellationToken);
}
