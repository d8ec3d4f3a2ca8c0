using System.Diagnostics;
using Libra.Deploy.Infrastructure.Embedded;

namespace Libra.Deploy.IntegrationTests.Embedded;

public sealed class PrivateFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-private-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Ensure_WhenOurOwnOfAnEarlierStart_IsTakenAndClosedToOthers()
    {
        var path = Path.Combine(_folder.FullName, "ours");
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_111_111);

        await PrivateFolder.EnsureAsync(path, TestContext.Current.CancellationToken);

        File.GetUnixFileMode(path).Should().Be((UnixFileMode)0b111_001_001);
    }

    [Fact]
    public async Task Ensure_WhenALinkStandsThere_IsRefused()
    {
        var path = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(path, Directory.CreateDirectory(Path.Combine(_folder.FullName, "elsewhere")).FullName);

        await EnsureIsRefusedAsync(path);
    }

    [Fact]
    public async Task Ensure_WhenSomebodyElseMadeIt_IsRefused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can make a folder of somebody else's.");
        var path = Directory.CreateDirectory(Path.Combine(_folder.FullName, "theirs")).FullName;
        using (var chown = Process.Start("chown", ["65534", path])) await chown.WaitForExitAsync(TestContext.Current.CancellationToken);

        await EnsureIsRefusedAsync(path);
    }

    private static async Task EnsureIsRefusedAsync(string path) =>
        (await FluentActions.Awaiting(() => PrivateFolder.EnsureAsync(path, TestContext.Current.CancellationToken))
            .Should().ThrowAsync<InvalidOperationException>()).WithMessage($"{path} was made by somebody else*");
}
