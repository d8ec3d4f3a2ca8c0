using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Cli.CommandLine;
using Libra.Deploy.Cli.Source;
using SourceFile = Libra.Deploy.Cli.Source.SourceFile;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class SourceFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Read_WithNestedRules_LeavesOutWhatGitWould()
    {
        Write(".gitignore", "*.log\n/dist/\nsecret/\n!secret/never.txt\n");
        Write("index.html");
        Write("debug.log");
        Write("dist/app.js");
        Write("src/dist/kept.js");
        Write("secret/never.txt");
        Write("packages/a/.gitignore", "!important.log\ntmp\n");
        Write("packages/a/important.log");
        Write("packages/a/other.log");
        Write("packages/a/tmp/x");

        Paths().Should().Equal(".gitignore", "index.html", "packages/a/.gitignore", "packages/a/important.log", "src/dist/kept.js");
    }

    [Theory]
    [InlineData(".git/config")]
    [InlineData("node_modules/a/index.js")]
    [InlineData("packages/a/node_modules/b.js")]
    [InlineData(".env")]
    [InlineData(".env.production")]
    [InlineData(".dev.vars")]
    public void Read_WithSecretsAndDependencies_SendsNoneOfThem(string path)
    {
        Write(".gitignore", "!*\n");
        Write("index.html");
        Write(path);

        Paths().Should().Equal(".gitignore", "index.html");
    }

    [Theory]
    [InlineData("node_modules")]
    [InlineData(".env")]
    [InlineData(".env.local")]
    [InlineData(".env.example")]
    [InlineData(".dev.vars.example")]
    [InlineData(".git")]
    [InlineData(".gitignore")]
    [InlineData(".hg")]
    [InlineData(".svn")]
    [InlineData(".envrc")]
    [InlineData(".wrangler")]
    [InlineData(".turbo")]
    [InlineData(".DS_Store")]
    [InlineData("Thumbs.db")]
    [InlineData("dialog.tsx")]
    public void NeverSent_NameByName_IsWhatTheServiceDrops(string name) =>
        NeverSent.Contains(name).Should().Be(ExcludedPaths.IsAlwaysExcluded(name));

    [Fact]
    public void Read_OfALink_NamesItAndDoesNotFollow()
    {
        Write("index.html");
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "passwd"), "/etc/passwd");
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "loop"), _folder.FullName);

        var read = Read();

        read.Files.Select(file => file.Path).Should().Equal("index.html");
        read.Links.Should().Equal("loop", "passwd");
    }

    [Fact]
    public void Read_OfFilesWithSettings_NamesThemAndSendsNone()
    {
        Write("index.html");
        Write(".env");
        Write(".env.example");
        Write("web/.env.production");

        var read = Read();

        read.Files.Select(file => file.Path).Should().Equal(".env.example", "index.html");
        read.Settings.Should().Equal(".env", "web/.env.production");
    }

    [Fact]
    public async Task Read_OfWhatIsNoFile_NamesItAndWaitsForNobody()
    {
        Write("index.html");
        Write("empty.txt", string.Empty);
        using var pipe = Process.Start("mkfifo", [Path.Combine(_folder.FullName, "pipe"), Path.Combine(_folder.FullName, ".gitignore")]);
        await pipe.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "socket")));

        var read = await Task.Run(() => Read()).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

        read.Files.Select(file => file.Path).Should().Equal("empty.txt", "index.html");
        read.Others.Should().Equal(".gitignore", "pipe", "socket");
    }

    [Fact]
    public void Read_WhenThePersonStops_Ends()
    {
        Write("index.html");

        FluentActions.Invoking(() => SourceFolder.Read(_folder.FullName, new CancellationToken(canceled: true)))
            .Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Read_OfAnEmptyFolder_SaysSo() =>
        FluentActions.Invoking(() => Read())
            .Should().Throw<CommandException>().WithMessage("There is nothing to deploy*");

    [Fact]
    public void Read_OfNoFolder_SaysSo() =>
        FluentActions.Invoking(() => Read("gone"))
            .Should().Throw<CommandException>().WithMessage("There is no folder*");

    [Fact]
    public void Of_EveryKindOfBytes_ComesBackAsItWas()
    {
        byte[][] contents =
        [
            [], [0], [0xff, 0xfe], [0xef, 0xbb, 0xbf, (byte)'a'], "Grüße\r\n\t🎉"u8.ToArray(), [0xed, 0xa0, 0x80],
            [.. Enumerable.Range(0, 256).Select(value => (byte)value)],
        ];

        foreach (var content in contents) Decoded(SourceFile.Of("x", content)).Should().Equal(content);
    }

    private static byte[] Decoded(SourceFile file) =>
        file.Encoding == "base64" ? Convert.FromBase64String(file.Content) : Encoding.UTF8.GetBytes(file.Content);

    private SourceFolder Read(string below = "") =>
        SourceFolder.Read(Path.Combine(_folder.FullName, below), TestContext.Current.CancellationToken);

    private IEnumerable<string> Paths() => Read().Files.Select(file => file.Path);

    private void Write(string path, string content = "x")
    {
        var full = Path.Combine(_folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
