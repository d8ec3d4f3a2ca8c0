using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Targets;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

namespace Libra.Deploy.UnitTests.Cloudflare;

/// <summary>The exact bytes and names of uploads.</summary>
public sealed class UploadFormTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-form-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Form_WhenWritten_QuotesNamesAndNotTheBoundary()
    {
        using var form = new MultipartParts()
            .Add("metadata", null, null, new TextBody("{}"))
            .Add("a\"b\r\n.js", "a\"b\r\n.js", "text/javascript; charset=utf-8", new FileBody(await FileAsync([1, 2, 3, 4]), 4, base64: true));

        var text = await form.ReadAsStringAsync(TestContext.Current.CancellationToken);

        var boundary = form.Headers.ContentType!.Parameters.Single().Value!;
        form.Headers.ContentType.ToString().Should().Be("multipart/form-data; boundary=" + boundary);
        boundary.Should().MatchRegex("^[a-z0-9-]+$");
        text.Should().Be(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n{{}}\r\n"
            + $"--{boundary}\r\nContent-Disposition: form-data; name=\"a%22b%0D%0A.js\"; filename=\"a%22b%0D%0A.js\"\r\nContent-Type: text/javascript; charset=utf-8\r\n\r\nAQIDBA==\r\n"
            + $"--{boundary}--\r\n");
        form.Headers.ContentLength.Should().Be(Encoding.UTF8.GetByteCount(text));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(49151)]
    [InlineData(49152)]
    [InlineData(49153)]
    [InlineData(200_000)]
    public async Task FileBody_WhenBase64_IsOneLineOfAllBytes(int size)
    {
        var content = new byte[size];
        new Random(size).NextBytes(content);
        var body = new FileBody(await FileAsync(content), size, base64: true);
        using var written = new MemoryStream();

        await body.WriteAsync(written, default);

        Encoding.ASCII.GetString(written.ToArray()).Should().Be(Convert.ToBase64String(content));
        body.Length.Should().Be(written.Length);
    }

    [Fact]
    public async Task FileBody_WhenTheFileIsNotWhatTheManifestSays_SendsNothing()
    {
        var changed = new FileBody(await FileAsync([1, 2]), 3, base64: false);
        var missing = new FileBody(Path.Combine(_folder.FullName, "none"), 3, base64: false);

        await FluentActions.Awaiting(() => changed.WriteAsync(Stream.Null, default)).Should().ThrowAsync<InvalidDataException>();
        await FluentActions.Awaiting(() => missing.WriteAsync(Stream.Null, default)).Should().ThrowAsync<InvalidDataException>();
    }

    [Fact]
    public void HashOf_WhenProjectExtensionTypeOrBytesDiffer_Differs()
    {
        var file = new ArtifactFile("assets/a.txt", new string('1', 64), 1, "text/plain");
        var hashes = new[]
        {
            SiteAssets.HashOf(file, "shop"),
            SiteAssets.HashOf(file, "other"),
            SiteAssets.HashOf(file with { Path = "assets/a.html" }, "shop"),
            SiteAssets.HashOf(file with { ContentType = "text/html" }, "shop"),
            SiteAssets.HashOf(file with { Sha256 = new string('2', 64) }, "shop"),
        };

        hashes.Should().OnlyHaveUniqueItems().And.OnlyContain(hash => hash.Length == 32);
        SiteAssets.HashOf(file with { Path = "assets/sub/b.txt" }, "shop").Should().Be(hashes[0], "the same bytes of the same type travel once");
    }

    [Theory]
    [InlineData(null, "/*\n  X-Libra-Artifact: d1\n")]
    [InlineData("", "/*\n  X-Libra-Artifact: d1\n")]
    [InlineData("/a\n  X: 1", "/a\n  X: 1\n/*\n  X-Libra-Artifact: d1\n")]
    [InlineData("# all\n/*\r\n  X: 1\n/b\n  Y: 2\n", "# all\n/*\n  X-Libra-Artifact: d1\n  X: 1\n/b\n  Y: 2\n")]
    [InlineData("/*\n  x-libra-artifact: forged\n  X: 1\n/b\n  ! X-Libra-Artifact\n", "/*\n  X-Libra-Artifact: d1\n  X: 1\n/b\n")]
    public void ArtifactHeader_WhenAdded_LeavesTheSitesOwnRulesAsTheyAre(string? rules, string expected) => ArtifactHeader.AddTo(rules, "d1").Should().Be(expected);

    [Fact]
    public void ArtifactHeader_WhenThereIsNoRoomForARule_ChangesNothing()
    {
        var full = string.Concat(Enumerable.Range(0, 100).Select(i => $"/{i}\n  X: 1\n"));

        ArtifactHeader.AddTo(full, "d1").Should().Be(full);
    }

    [Fact]
    public void Tag_WhenAnIdHasSeparators_ReplacesThem() => ScriptMetadata.Tag("org", "a,b&c d/é").Should().Be("org-a_b_c_d__");

    [Fact]
    public void ContentTypes_WhenCompared_AreCloudflares() =>
        JsonSerializer.Serialize(new[] { "a.js", "a.mjs", "a.cjs", "a.wasm", "a.txt", "a.bin", "a.js.map" }.Select(name => ModuleKind.Of(name).ContentType)).Should().Be(
            """["application/javascript\u002Bmodule","application/javascript\u002Bmodule","application/javascript","application/wasm","text/plain","application/octet-stream","application/source-map"]""");

    private async Task<string> FileAsync(byte[] content)
    {
        var path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        await File.WriteAllBytesAsync(path, content);
        return path;
    }
}
