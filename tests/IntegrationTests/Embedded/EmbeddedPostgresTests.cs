using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Infrastructure.Embedded;
using Libra.Deploy.Infrastructure.Runtime;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Embedded;

public sealed class EmbeddedPostgresTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-pg-test-");
    private readonly DirectoryInfo _elsewhere = Directory.CreateTempSubdirectory("libra-pg-elsewhere-");
    private readonly EmbeddedPostgresOptions _options;

    public EmbeddedPostgresTests()
    {
        // PostgreSQL's own user has to pass through when the tests run as root.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(_elsewhere.FullName, (UnixFileMode)0b111_101_101);
        _options = new EmbeddedPostgresOptions
        {
            BinFolder = RuntimeLayout.Find().PostgresBin,
            DataFolder = Path.Combine(_folder.FullName, "postgres"),
            SharedFolder = Path.Combine(_elsewhere.FullName, "shared"),
            EarlierSharedFolder = _elsewhere.FullName,
            Durable = false,
            OwnerWait = TimeSpan.FromMilliseconds(300),
        };
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _elsewhere.Delete(recursive: true);
    }

    [Fact]
    public async Task StartAgain_WhenStopped_HasTheSamePortAndData()
    {
        await using var server = await StartAsync();
        await AskAsync(server.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");

        await server.StopAsync();
        await FluentActions.Awaiting(() => AskAsync(server.ConnectionString, "SELECT 1")).Should().ThrowAsync<NpgsqlException>();
        await server.StartAgainAsync(TestContext.Current.CancellationToken);

        (await AskAsync(server.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
    }

    [Fact]
    public async Task Start_WhenFolderHasData_KeepsItAndItsPassword()
    {
        await using (var first = await StartAsync()) await AskAsync(first.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");

        await using var second = await StartAsync();

        (await AskAsync(second.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
    }

    [Fact]
    public async Task Start_WhenAnotherProcessOwnsTheFolder_SaysWhich()
    {
        await using var owner = await StartAsync();

        var second = () => StartAsync();

        (await second.Should().ThrowAsync<InvalidOperationException>())
            .WithMessage($"Process {Environment.ProcessId} already runs PostgreSQL in {_options.DataFolder}; *");
        (await AskAsync(owner.ConnectionString, "SELECT 1")).Should().Be(1, "the refused one must not disturb the owner's server");
    }

    [Fact]
    public async Task Server_WhenItsOwnerIsKilled_IsGoneWithinSecondsAndItsDataServesTheNext()
    {
        using var owner = await PostgresOwner.StartAsync(_options);
        await AskAsync(owner.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");
        var file = PostmasterFile();
        file.RunningServer().Should().NotBeNull();

        await owner.KillAsync();

        await Eventually.BecomesTrueAsync(() => file.RunningServer() is null, Eventually.Patience, "a server must not outlive its owner");
        await using var next = await StartAsync();
        (await AskAsync(next.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
    }

    [Fact]
    public async Task Start_WhenAServerHasLostOwnerAndWatchdog_StopsItAndTakesOver()
    {
        using var owner = await PostgresOwner.StartAsync(_options);
        await AskAsync(owner.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");
        var orphan = PostmasterFile().RunningServer()!.Value;
        PostgresOwner.KillWatchdogs(orphan);
        await owner.KillAsync();
        PostmasterFile().RunningServer().Should().Be(orphan, "the test is about a server that nobody stops");

        await using var next = await StartAsync();

        PostmasterFile().RunningServer().Should().NotBe(orphan);
        (await AskAsync(next.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
    }

    [Fact]
    public async Task Start_WhenTheServersUserCannotEnterTheFolder_KeepsTheDataWhereItCanAndFindsItAgainAfterAMove()
    {
        await LeaveDataOfAClosedFolderAsync();
        var moved = _options with { DataFolder = Path.Combine(_folder.FullName, "moved") };
        Directory.Move(_options.DataFolder, moved.DataFolder);

        await using var server = await StartAsync(moved);

        (await AskAsync(server.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
        ((string)(await AskAsync(server.ConnectionString, "SHOW data_directory"))!).Should().StartWith(_options.SharedFolder + "/");
    }

    [Fact]
    public async Task Start_OnDataWhereEarlierVersionsKeptIt_TakesItAlong()
    {
        var earlier = await LeaveDataOfAnEarlierVersionAsync();

        await using var server = await StartAsync();

        (await AskAsync(server.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
        Directory.Exists(earlier).Should().BeFalse("files there are removed when they are a month old");
    }

    [Fact]
    public async Task Start_WhenEarlierDataCannotBeCopied_LeavesNoPartOfItAndNoneOfAStartThatWasKilled()
    {
        var earlier = await LeaveDataOfAnEarlierVersionAsync();
        // cp begins to copy a folder into itself and then refuses.
        var hopeless = _options with { SharedFolder = Path.Combine(earlier, "shared") };
        var key = Path.GetFileName(earlier)["libra-pg-".Length..];
        var killed = Directory.CreateDirectory(Path.Combine(_options.SharedFolder, key + ".new"));
        await File.WriteAllTextAsync(Path.Combine(killed.FullName, "part"), "of a copy", TestContext.Current.CancellationToken);

        var start = () => StartAsync(hopeless);
        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage("cp failed with code 1: *");

        Directory.EnumerateFileSystemEntries(hopeless.SharedFolder).Should().BeEmpty();
        await using var server = await StartAsync();
        (await AskAsync(server.ConnectionString, "SELECT number FROM kept")).Should().Be(42);
        Directory.GetDirectories(_options.SharedFolder).Should().ContainSingle("only what is used stays");
    }

    [Fact]
    public async Task Start_InACopyOfAFolderWhoseServerRuns_IsRefusedAndDisturbsNobody()
    {
        CloseTheFolder();
        await using var original = await StartAsync();
        var copy = _options with { DataFolder = Path.Combine(_folder.FullName, "copy") };
        Directory.CreateDirectory(copy.DataFolder);
        foreach (var file in new[] { "password", "server-folder" })
            File.Copy(Path.Combine(_options.DataFolder, file), Path.Combine(copy.DataFolder, file));

        var second = () => StartAsync(copy);

        (await second.Should().ThrowAsync<InvalidOperationException>()).WithMessage("*where another process already runs PostgreSQL*");
        (await AskAsync(original.ConnectionString, "SELECT 1")).Should().Be(1);
    }

    [Fact]
    public async Task Start_WhenThePasswordsDataIsGone_IsRefusedAndKeepsThePassword()
    {
        await using (await StartAsync()) { }
        var password = Path.Combine(_options.DataFolder, "password");
        var before = await File.ReadAllTextAsync(password, TestContext.Current.CancellationToken);
        var data = Path.Combine(_options.DataFolder, "server", "data");
        Directory.Move(data, Path.Combine(_folder.FullName, "lost"));

        var start = () => StartAsync();

        (await start.Should().ThrowAsync<InvalidOperationException>()).WithMessage($"{data} is gone, *");
        (await File.ReadAllTextAsync(password, TestContext.Current.CancellationToken)).Should().Be(before);
        Directory.Move(Path.Combine(_folder.FullName, "lost"), data);
        await using var server = await StartAsync();
        (await AskAsync(server.ConnectionString, "SELECT 1")).Should().Be(1);
    }

    [Fact]
    public async Task Start_WhenTheProgramsAreNotThere_LeavesTheFolderFree()
    {
        var broken = _options with { BinFolder = Path.Combine(_folder.FullName, "nothing", "bin") };
        await FluentActions.Awaiting(() => StartAsync(broken)).Should().ThrowAsync<Exception>();

        await using var server = await StartAsync();

        (await AskAsync(server.ConnectionString, "SELECT 1")).Should().Be(1);
    }

    /// <returns>Where the data is.</returns>
    private async Task<string> LeaveDataOfAClosedFolderAsync()
    {
        CloseTheFolder();
        await using var server = await StartAsync();
        await AskAsync(server.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS number");
        var data = (string)(await AskAsync(server.ConnectionString, "SHOW data_directory"))!;
        return Path.GetFullPath(Path.Combine(data, "../.."));
    }

    /// <returns>Where it is: versions before kept it where old files are removed, and wrote that down nowhere.</returns>
    private async Task<string> LeaveDataOfAnEarlierVersionAsync()
    {
        var place = await LeaveDataOfAClosedFolderAsync();
        var earlier = Path.Combine(
            _elsewhere.FullName,
            "libra-pg-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_options.DataFolder)))[..12]);
        Directory.Move(place, earlier);
        File.Delete(Path.Combine(_options.DataFolder, "server-folder"));
        return earlier;
    }

    private void CloseTheFolder()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root runs the server as another user.");
        File.SetUnixFileMode(_folder.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions? options = null) =>
        EmbeddedPostgres.StartAsync(options ?? _options, NullLogger.Instance, TestContext.Current.CancellationToken);

    private PostmasterFile PostmasterFile() => new(Path.Combine(_options.DataFolder, "server", "data"));

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
