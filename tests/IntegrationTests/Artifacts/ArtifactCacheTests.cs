using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Artifacts;

public class ArtifactCacheTests : IAsyncLifetime
{
    private ArtifactFolder _folder = null!;

    public async ValueTask InitializeAsync() =>
        _folder = new ArtifactFolder(options => options with { MaxCacheBytes = 2500 }, await NewStoreAsync());

    public ValueTask DisposeAsync()
    {
        _folder?.Dispose(); // there is none when there is no store to test with
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Open_WhenManyOpenAtOnceFromTwoStores_UnpacksOnceForAll()
    {
        var digest = await _folder.SaveAsync(Thousand('a'));
        IArtifactStore[] stores = [_folder.Store, _folder.NewStore()];

        var opened = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => stores[i % 2].OpenAsync(digest, default))));

        opened.Select(artifact => artifact!.Folder).Distinct().Should().ContainSingle();
        File.Exists(Path.Combine(opened[0]!.Folder, "assets/index.html")).Should().BeTrue();
        foreach (var artifact in opened) await artifact!.DisposeAsync();
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Cache, "tmp")).Should().BeEmpty();
    }

    [Fact]
    public async Task Open_WhenAnotherMadeItMeanwhileAndStillUsesIt_DoesNotWaitForThatUse()
    {
        var digest = await _folder.SaveAsync(Thousand('a'));
        await using var used = await _folder.Store.OpenAsync(digest, default);
        var away = used!.Folder + ".away";
        Directory.Move(used.Folder, away);
        var opening = _folder.NewStore().OpenAsync(digest, default);

        Directory.Move(away, used.Folder);

        await using var opened = await opening.WaitAsync(TimeSpan.FromSeconds(30));
        opened!.Folder.Should().Be(used.Folder);
    }

    [Fact]
    public async Task Open_WhenTheCacheIsFull_RemovesTheLongestUnused()
    {
        var (a, b, c) = (
            await _folder.SaveAsync(Thousand('a')), await _folder.SaveAsync(Thousand('b')), await _folder.SaveAsync(Thousand('c')));
        await UseAsync(a);
        await UseAsync(b);
        await UseAsync(a);

        await UseAsync(c);

        Kept().Should().BeEquivalentTo(a, c);
    }

    [Fact]
    public async Task Open_WhenTheCacheIsFull_NeverRemovesWhatIsInUse()
    {
        var (a, b, c) = (
            await _folder.SaveAsync(Thousand('a')), await _folder.SaveAsync(Thousand('b')), await _folder.SaveAsync(Thousand('c')));
        await using var used = await _folder.Store.OpenAsync(a, default);
        _folder.Clock.Advance(TimeSpan.FromMinutes(1));
        await using var alsoUsed = await _folder.NewStore().OpenAsync(b, default);
        _folder.Clock.Advance(TimeSpan.FromMinutes(1));

        await UseAsync(c);

        Kept().Should().BeEquivalentTo(a, b, c);
        File.Exists(Path.Combine(used!.Folder, "assets/index.html")).Should().BeTrue();
    }

    [Fact]
    public async Task Open_WhenDeletedSinceItWasUsed_IsNull()
    {
        var digest = await _folder.SaveAsync(Thousand('a'));
        await UseAsync(digest);
        await _folder.Store.DeleteAsync(digest, default);

        (await _folder.Store.OpenAsync(digest, default)).Should().BeNull();
    }

    [Theory]
    [InlineData("manifest.json", null)]
    [InlineData("manifest.json", "")]
    [InlineData("manifest.json", "{\"formatVersion\":1}")]
    [InlineData("assets/index.html", null)]
    [InlineData("assets/index.html", "aaa")]
    public async Task Open_WhenAKillOrAPowerLossDamagedWhatIsKept_UnpacksItOnceMore(string damaged, string? left)
    {
        var digest = await _folder.SaveAsync(Thousand('a'));
        await UseAsync(digest);
        var file = Path.Combine(_folder.Cache, digest, damaged);
        File.Delete(file);
        if (left is not null) await File.WriteAllTextAsync(file, left);

        await using var opened = await _folder.NewStore().OpenAsync(digest, default);

        opened!.Manifest.Files.Should().ContainSingle();
        (await File.ReadAllTextAsync(Path.Combine(opened.Folder, "assets/index.html"))).Should().Be(new string('a', 1000));
        Directory.EnumerateFileSystemEntries(Path.Combine(_folder.Cache, "tmp")).Should().BeEmpty();
    }

    [Fact]
    public async Task Open_WhenAPowerLossTookTheSizeOfAnother_MakesRoomAllTheSame()
    {
        var (a, b) = (await _folder.SaveAsync(Thousand('a')), await _folder.SaveAsync(Thousand('b')));
        await UseAsync(a);
        await File.WriteAllTextAsync(Path.Combine(_folder.Cache, a, "size"), "");

        await using var opened = await _folder.NewStore().OpenAsync(b, default);

        opened.Should().NotBeNull();
    }

    private protected virtual Task<IObjectStore?> NewStoreAsync() => Task.FromResult<IObjectStore?>(null);

    private static BuildTar Thousand(char letter) => BuildTar.OfAssets(new string(letter, 1000));

    private async Task UseAsync(string digest)
    {
        await using (await _folder.Store.OpenAsync(digest, default)) _folder.Clock.Advance(TimeSpan.FromMinutes(1));
    }

    private IEnumerable<string?> Kept() =>
        Directory.EnumerateDirectories(_folder.Cache).Select(Path.GetFileName).Where(name => name != "tmp");
}
