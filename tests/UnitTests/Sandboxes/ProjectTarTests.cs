using System.Formats.Tar;
using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class ProjectTarTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-tar-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Unpack_WhenFilesAndFolders_WritesThemForEveryUserToRead()
    {
        await UnpackAsync(
            File("./src/a.txt", "a"), File("run.sh", "x", UnixFileMode.UserExecute), new PaxTarEntry(TarEntryType.Directory, "empty/"));

        (await System.IO.File.ReadAllTextAsync(In("src/a.txt"), TestContext.Current.CancellationToken)).Should().Be("a");
        System.IO.File.GetUnixFileMode(In("src")).Should().HaveFlag(UnixFileMode.OtherExecute);
        System.IO.File.GetUnixFileMode(In("src/a.txt")).Should().HaveFlag(UnixFileMode.OtherRead).And.NotHaveFlag(UnixFileMode.UserExecute);
        System.IO.File.GetUnixFileMode(In("run.sh")).Should().HaveFlag(UnixFileMode.OtherExecute);
        Directory.Exists(In("empty")).Should().BeTrue();
    }

    [Fact]
    public async Task Unpack_WhenDependenciesAreUploaded_LeavesThemOut()
    {
        await UnpackAsync(File("node_modules/evil/index.js", "x"), File("packages/a/node_modules/x", "x"), File("a.txt", "a"));

        _folder.EnumerateFileSystemInfos().Should().ContainSingle().Which.Name.Should().Be("a.txt");
    }

    [Theory]
    [InlineData("../escape.txt")]
    [InlineData("a/../../escape.txt")]
    [InlineData("/tmp/escape.txt")]
    [InlineData("a\\b")]
    public async Task Unpack_WhenAPathLeadsOut_IsRefused(string path) => await RefusedAsync(File(path, "x"));

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    public async Task Unpack_WhenAnEntryIsNoFile_IsRefused(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "link");
        if (type != TarEntryType.Fifo) entry.LinkName = "/etc/passwd";

        await RefusedAsync(entry);
        Path.Exists(In("link")).Should().BeFalse();
    }

    [Fact]
    public async Task Unpack_WhenAPathComesTwice_IsRefused() => await RefusedAsync(File("a", "1"), File("a", "2"));

    [Fact]
    public async Task Unpack_WhenAFileIsAlsoAFolder_IsRefused() => await RefusedAsync(File("a", "1"), File("a/b", "2"));

    [Fact]
    public async Task Unpack_WhenLargerThanAllowed_IsRefused() =>
        await RefusedAsync(File("a", new string('x', 600)), File("b", new string('x', 600)));

    [Fact]
    public async Task Unpack_WhenCutOff_IsRefused()
    {
        var tar = Tar(File("a", new string('x', 600)));
        tar.SetLength(1200);

        await FluentActions.Awaiting(() => ProjectTar.UnpackAsync(tar, _folder.FullName, 1000, TestContext.Current.CancellationToken))
            .Should().ThrowAsync<SandboxException>().Where(e => e.Code == "FILE_SYNC_FAILED");
    }

    private string In(string path) => Path.Combine(_folder.FullName, path);

    private Task UnpackAsync(params TarEntry[] entries) =>
        ProjectTar.UnpackAsync(Tar(entries), _folder.FullName, 1000, TestContext.Current.CancellationToken);

    private async Task RefusedAsync(params TarEntry[] entries) =>
        (await FluentActions.Awaiting(() => UnpackAsync(entries))
            .Should().ThrowAsync<SandboxException>()).Which.Code.Should().Be("FILE_SYNC_FAILED");

    private static PaxTarEntry File(string path, string content, UnixFileMode mode = UnixFileMode.UserRead) =>
        new(TarEntryType.RegularFile, path) { Mode = mode, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) };

    private static MemoryStream Tar(params TarEntry[] entries)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries) writer.WriteEntry(entry);
        }

        tar.Position = 0;
        return tar;
    }
}
