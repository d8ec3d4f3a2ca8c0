using System.Formats.Tar;
using System.IO.Compression;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Artifacts;

public class ArtifactStoreTests : IAsyncLifetime
{
    private ArtifactFolder _folder = null!;

    public async ValueTask InitializeAsync() => _folder = new ArtifactFolder(objects: await NewStoreAsync());

    public ValueTask DisposeAsync()
    {
        _folder?.Dispose(); // there is none when there is no store to test with
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Ustar)]
    public async Task SaveBuildResult_WhenReadBack_HasEveryFileAndSetting(TarEntryFormat format)
    {
        var longName = "assets/" + new string('d', 90) + "/" + new string('f', 60) + ".css";
        using var tar = BuildTar.OfAssets("<p>")
            .File(longName, "a{}").File("assets/données/ß.txt", "ü").File("assets/noext", "x").Worker("export default {}")
            .Assets(binding: "ASSETS", html: "none", notFound: "404-page", workerFirst: new[] { "/api/*" })
            .Set("vars", new { B = 1, A = "x" }).Set("compatibilityFlags", new[] { "nodejs_compat" })
            .Build(format);

        var saved = await _folder.Store.SaveBuildResultAsync(tar, default);

        saved.IsError.Should().BeFalse(saved.IsError ? saved.FirstError.Description : "");
        await using var artifact = await _folder.Store.OpenAsync(saved.Value.Digest, default);
        artifact!.Manifest.Assets.Should().BeEquivalentTo(new AssetsSettings("ASSETS", "none", "404-page", false, ["/api/*"]));
        artifact.Manifest.Worker.Should().Be(new WorkerSettings("index.js"));
        artifact.Manifest.CompatibilityFlags.Should().Equal("nodejs_compat");
        artifact.Manifest.Vars.Keys.Should().Equal("A", "B");
        artifact.Manifest.Files.Should().BeInAscendingOrder(file => file.Path, StringComparer.Ordinal);
        var types = artifact.Manifest.Files.ToDictionary(file => file.Path, file => file.ContentType);
        types.Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["assets/index.html"] = "text/html; charset=utf-8",
            [longName] = "text/css; charset=utf-8",
            ["assets/données/ß.txt"] = "text/plain; charset=utf-8",
            ["assets/noext"] = "application/octet-stream",
            ["worker/index.js"] = "text/javascript; charset=utf-8",
        });
        (await File.ReadAllTextAsync(Path.Combine(artifact.Folder, "assets/données/ß.txt"))).Should().Be("ü");
        (await _folder.Store.ExistsAsync(saved.Value.Digest, default)).Should().BeTrue();
        (await _folder.Objects.HeadAsync(ObjectBucket.Artifacts, $"artifacts/sha256/{saved.Value.Digest}.tar.gz", default))!.Size
            .Should().Be(saved.Value.Size);
    }

    [Fact]
    public async Task SaveBuildResult_WhenTheSameInAnotherOrder_GivesTheSameDigestAndBytes()
    {
        using var other = new ArtifactFolder();
        BuildTar Build() => BuildTar.OfAssets().File("assets/a.js", "1").File("assets/b.js", "2");
        var first = await _folder.SaveAsync(Build());
        using var reversed = Build().Build(TarEntryFormat.Gnu, reversed: true);

        var second = await other.Store.SaveBuildResultAsync(reversed, default);

        second.Value.Digest.Should().Be(first);
        (await PackedAsync(other.Store, first)).Should().Equal(await PackedAsync(_folder.Store, first));
    }

    [Fact]
    public async Task SaveBuildResult_WhenModulesHaveTypes_KeepsThemInOneOrder()
    {
        static BuildTar Build(params string[] typed) => BuildTar.OfWorker("1").File("worker/a.svg", "a").File("worker/b.svg", "b")
            .Set("moduleTypes", typed.ToDictionary(module => module, _ => "Text"));

        var digest = await _folder.SaveAsync(Build("b.svg", "a.svg"));

        (await _folder.SaveAsync(Build("a.svg", "b.svg"))).Should().Be(digest);
        (await WrittenAsync(digest)).Should().Contain("""{"mainModule":"index.js","moduleTypes":{"a.svg":"Text","b.svg":"Text"}}""");
        (await WrittenAsync(await _folder.SaveAsync(Build()))).Should().Contain(
            """{"mainModule":"index.js"}""", "an artifact from before there were any has the same digest");
    }

    [Fact]
    public async Task SaveBuildResult_WhenAnythingDiffers_GivesAnotherDigest()
    {
        BuildTar[] builds =
        [
            BuildTar.OfWorker("1"),
            BuildTar.OfWorker("2"),
            BuildTar.OfWorker("1").Set("moduleTypes", new Dictionary<string, string> { ["index.js"] = "CommonJS" }),
            BuildTar.OfWorker("1").Set("vars", new { A = 1 }),
            BuildTar.OfWorker("1").Set("vars", new { A = 2 }),
            BuildTar.OfWorker("1").Set("compatibilityDate", "2026-10-01"),
            BuildTar.OfWorker("1").Set("compatibilityFlags", new[] { "nodejs_compat" }),
            BuildTar.OfAssets(),
            BuildTar.OfAssets().Assets(notFound: "404-page"),
            BuildTar.OfAssets().File("assets/a.txt", "same bytes"),
            BuildTar.OfAssets().File("assets/a.html", "same bytes"),
        ];

        var digests = new List<string>();
        foreach (var build in builds) digests.Add(await _folder.SaveAsync(build));

        digests.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task SaveBuildResult_WhenAssetsIgnoreNamesFiles_LeavesThemOut()
    {
        var digest = await _folder.SaveAsync(BuildTar.OfAssets()
            .File("assets/.assetsignore", "# secrets\n.env*\n_worker.js\n/drafts/\n*.map\n!keep.map\ndeep/**/x.txt\n")
            .File("assets/.env.local", "SECRET").File("assets/_worker.js", "x").File("assets/drafts/a.html", "x")
            .File("assets/sub/drafts/b.html", "x")
            .File("assets/app.js.map", "x").File("assets/keep.map", "x").File("assets/deep/a/b/x.txt", "x")
            .File("assets/_headers", "/*\n  A: b"));

        await using var artifact = await _folder.Store.OpenAsync(digest, default);

        artifact!.Manifest.Files.Select(file => file.Path)
            .Should().Equal("assets/_headers", "assets/index.html", "assets/keep.map", "assets/sub/drafts/b.html");
    }

    [Theory]
    [InlineData("/*    /index.html   200", null)]
    [InlineData("\uFEFF/* /index.html 200\n", null)]
    [InlineData("# routes\r\n/old /new 301\r\n/* / 200! # the app\r\n", "# routes\r\n/old /new 301\r\n")]
    public async Task Save_WhenARuleSendsEveryAddressToThePage_PublishesASinglePageApplication(string redirects, string? kept)
    {
        using var tar = BuildTar.OfAssets().File("assets/_redirects", redirects).File("assets/z.css", "a{}").Build();

        var saved = await _folder.Store.SaveBuildResultAsync(tar, default);

        saved.Value.Note.Should().StartWith("_redirects:");
        await using var artifact = await _folder.Store.OpenAsync(saved.Value.Digest, default);
        artifact!.Manifest.Assets!.NotFoundHandling.Should().Be("single-page-application");
        var stored = Path.Combine(artifact.Folder, "assets/_redirects");
        (File.Exists(stored) ? await File.ReadAllTextAsync(stored) : null).Should().Be(kept);
    }

    [Theory]
    [InlineData("/app/* /app/index.html 200", null)]
    [InlineData("/* /index.html 302", null)]
    [InlineData("/* /index.html 200 Country=de", null)]
    [InlineData("/* /index.html 200", "none")]
    public async Task Save_WhenARuleMeansSomethingElse_KeepsIt(string redirects, string? html)
    {
        using var tar = BuildTar.OfAssets().Assets(html: html).File("assets/_redirects", redirects).Build();

        var saved = await _folder.Store.SaveBuildResultAsync(tar, default);

        saved.Value.Note.Should().BeNull();
        await using var artifact = await _folder.Store.OpenAsync(saved.Value.Digest, default);
        artifact!.Manifest.Assets!.NotFoundHandling.Should().Be("none");
        (await File.ReadAllTextAsync(Path.Combine(artifact.Folder, "assets/_redirects"))).Should().Be(redirects);
    }

    [Fact]
    public async Task SaveStaticFiles_WhenSavedTwice_GivesOneArtifact()
    {
        var site = new StaticSite(
            [("index.html", "<p>"u8.ToArray()), ("css/a.css", "a{}"u8.ToArray())], new AssetsSettings(NotFoundHandling: "404-page"));

        var first = await _folder.Store.SaveStaticFilesAsync(site, default);
        _folder.Clock.Advance(TimeSpan.FromDays(40));
        var second = await _folder.Store.SaveStaticFilesAsync(site with { Files = [.. site.Files.Reverse()] }, default);

        second.Value.Should().Be(first.Value);
        await using var artifact = await _folder.Store.OpenAsync(first.Value.Digest, default);
        artifact!.Manifest.Worker.Should().BeNull();
        artifact.Manifest.Files.Select(file => file.Path).Should().Equal("assets/css/a.css", "assets/index.html");
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public async Task SaveStaticFiles_WhenAPathLeavesTheSite_IsRefused(string path)
    {
        var saved = await _folder.Store.SaveStaticFilesAsync(new StaticSite([(path, new byte[1])], new AssetsSettings()), default);

        saved.FirstError.Code.Should().Be("ARTIFACT_INVALID");
    }

    [Fact]
    public async Task Open_WhenNotStored_IsNull()
    {
        var digest = new string('a', 64);

        (await _folder.Store.OpenAsync(digest, default)).Should().BeNull();
        (await _folder.Store.OpenPackedAsync(digest, default)).Should().BeNull();
        (await _folder.Store.ExistsAsync(digest, default)).Should().BeFalse();
    }

    [Fact]
    public async Task Delete_WhenDoneTwice_IsNoError()
    {
        var digest = await _folder.SaveAsync(BuildTar.OfAssets());

        await _folder.Store.DeleteAsync(digest, default);
        await _folder.Store.DeleteAsync(digest, default);

        (await _folder.Store.ExistsAsync(digest, default)).Should().BeFalse();
    }

    [Fact]
    public async Task Open_WhenTheStoredFileWasChanged_Throws()
    {
        var digest = await _folder.SaveAsync(BuildTar.OfAssets("<p>one</p>"));
        var packed = Unzip(await PackedAsync(_folder.Store, digest));
        packed[packed.AsSpan().IndexOf("<p>one"u8) + 3] = (byte)'O';
        await ReplaceAsync(digest, packed);

        var open = () => _folder.Store.OpenAsync(digest, default);

        await open.Should().ThrowAsync<InvalidDataException>();
        Directory.Exists(Path.Combine(_folder.Cache, digest)).Should().BeFalse("nothing unproved is kept");
    }

    [Fact]
    public async Task Open_WhenTheStoredManifestIsAnothers_Throws()
    {
        var digest = await _folder.SaveAsync(BuildTar.OfAssets("one"));
        var other = await _folder.SaveAsync(BuildTar.OfAssets("two"));
        await ReplaceAsync(digest, Unzip(await PackedAsync(_folder.Store, other)));

        var open = () => _folder.Store.OpenAsync(digest, default);

        await open.Should().ThrowAsync<InvalidDataException>();
    }

    [Fact]
    public async Task Open_WhenCutOff_Throws()
    {
        var digest = await _folder.SaveAsync(BuildTar.OfAssets("one"));
        await ReplaceAsync(digest, Unzip(await PackedAsync(_folder.Store, digest))[..1000]);

        var open = () => _folder.Store.OpenAsync(digest, default);

        await open.Should().ThrowAsync<InvalidDataException>();
    }

    private async Task<string> WrittenAsync(string digest)
    {
        await using var artifact = await _folder.Store.OpenAsync(digest, default);
        return await File.ReadAllTextAsync(Path.Combine(artifact!.Folder, "manifest.json"));
    }

    /// <summary>Null for a folder.</summary>
    private protected virtual Task<IObjectStore?> NewStoreAsync() => Task.FromResult<IObjectStore?>(null);

    private async Task ReplaceAsync(string digest, byte[] tar)
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(tar);
        packed.Position = 0;
        await _folder.Objects.PutAsync(ObjectBucket.Artifacts, $"artifacts/sha256/{digest}.tar.gz", packed, "application/gzip", default);
    }

    private static byte[] Unzip(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var tar = new MemoryStream();
        gzip.CopyTo(tar);
        return tar.ToArray();
    }

    private static async Task<byte[]> PackedAsync(IArtifactStore store, string digest)
    {
        await using var packed = await store.OpenPackedAsync(digest, default);
        using var bytes = new MemoryStream();
        await packed!.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
