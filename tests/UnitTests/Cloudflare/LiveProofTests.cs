using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.UnitTests.Cloudflare;

/// <summary>What counts as "live at Cloudflare".</summary>
public sealed class LiveProofTests
{
    private const string Page = "<h1>new</h1>";
    private static readonly string Digest = new('d', 64);
    private static readonly (string, string) OurHeader = ("X-Libra-Artifact", Digest);
    private static readonly (string, string) OldHeader = ("X-Libra-Artifact", new string('e', 64));

    [Fact]
    public async Task Find_WhenBytesAndHeaderAreRight_IsProved() => (await FindAsync(Site(), ScriptedHttp.Answer(200, Page, OurHeader))).IsError.Should().BeFalse();

    [Fact]
    public async Task Find_WhenPropagationTakesAWhile_Waits()
    {
        var found = await FindAsync(
            Site(), ScriptedHttp.Answer(404, ""), ScriptedHttp.Answer(530, ""), ScriptedHttp.Unreachable("no such host"), ScriptedHttp.Answer(200, Page, OldHeader), ScriptedHttp.Answer(200, Page, OurHeader));

        found.IsError.Should().BeFalse();
    }

    [Fact]
    public async Task Find_WhenTheOldVersionStays_MayBeTriedAgain()
    {
        var found = await FindAsync(Site(), ScriptedHttp.Answer(200, "<h1>old</h1>", OldHeader));

        found.FirstError.Should().BeEquivalentTo(new { Code = "VERIFICATION_FAILED", Type = ErrorType.Unexpected });
    }

    [Fact]
    public async Task Find_WhenTheSamePageStillNamesTheOldArtifact_IsNotProved()
    {
        (await FindAsync(Site(), ScriptedHttp.Answer(200, Page, OldHeader))).IsError.Should().BeTrue();
    }

    [Fact]
    public async Task Find_WhenSomethingDropsTheHeader_TakesTheBytes()
    {
        (await FindAsync(Site(), ScriptedHttp.Answer(200, Page))).IsError.Should().BeFalse();
    }

    [Fact]
    public async Task Find_WhenTheWorkerFails_IsTheProjectsMatter()
    {
        var found = await FindAsync(Worker(), ScriptedHttp.Answer(500, "boom"));

        found.FirstError.Should().BeEquivalentTo(new { Code = "VERIFICATION_FAILED", Type = ErrorType.Failure });
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Find_WhenTheBodyIsNotInTheEncodingItNames_IsTheProjectsMatter(string encoding)
    {
        var plain = new MemoryStream("not packed at all"u8.ToArray());
        Stream asTheClientReadsIt = encoding switch
        {
            "gzip" => new GZipStream(plain, CompressionMode.Decompress),
            "deflate" => new ZLibStream(plain, CompressionMode.Decompress),
            _ => new BrotliStream(plain, CompressionMode.Decompress),
        };

        var found = await FindAsync(Worker(), _ => new HttpResponseMessage(HttpStatusCode.Forbidden) { Content = new StreamContent(asTheClientReadsIt) });

        found.FirstError.Should().BeEquivalentTo(new { Code = "VERIFICATION_FAILED", Type = ErrorType.Failure });
    }

    [Theory]
    [InlineData(200)]
    [InlineData(302)]
    [InlineData(404)]
    public async Task Find_WhenTheWorkerAnswersAtAll_IsLive(int status) => (await FindAsync(Worker(), ScriptedHttp.Answer(status, "anything"))).IsError.Should().BeFalse();

    [Fact]
    public async Task Find_WhenTheHeaderIsRightAndTheBytesAreNot_BelievesTheHeader()
    {
        const string rewritten = Page + "<script src='https://static.cloudflareinsights.com/beacon.min.js'></script>";

        (await FindAsync(Site(), ScriptedHttp.Answer(200, rewritten, OurHeader))).IsError.Should().BeFalse();
        (await FindAsync(Site(), ScriptedHttp.Answer(200, rewritten))).IsError.Should().BeTrue("nothing says which version it is");
        (await FindAsync(Site(), ScriptedHttp.Answer(404, rewritten, OurHeader))).IsError.Should().BeTrue("the page has to be there");
    }

    [Theory]
    [InlineData(403, "", "challenge")]
    [InlineData(503, "", "challenge")]
    [InlineData(403, "error code: 1010", null)]
    [InlineData(403, "<span class=\"cf-error-code\">1020</span>", null)]
    [InlineData(403, """{"cloudflare_error":true,"error_code":1010}""", null)]
    [InlineData(429, "error code: 1015", null)]
    public async Task Find_WhenTheZoneTurnsUsAway_NamesItsBotSettings(int status, string body, string? mitigated)
    {
        var stopped = ScriptedHttp.Answer(status, body, mitigated is null ? [] : [("cf-mitigated", mitigated)]);
        foreach (var manifest in new[] { Site(), Worker() })
        {
            var found = await FindAsync(manifest, stopped);

            found.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Unexpected });
            found.FirstError.Description.Should().Contain("bot settings").And.Contain("Libra-Deploy");
        }
    }

    [Theory]
    [InlineData(403, "members only")]
    [InlineData(403, "See our list of errors, for instance error code: 1010.")]
    [InlineData(429, "slow down")]
    public async Task Find_WhenTheWorkerItselfRefuses_IsLive(int status, string body) =>
        (await FindAsync(Worker(), ScriptedHttp.Answer(status, body))).IsError.Should().BeFalse();

    [Fact]
    public async Task Find_Always_SaysWhoAsks()
    {
        var agent = "";

        await FindAsync(Site(), request =>
        {
            agent = request.Headers.UserAgent.ToString();
            return ScriptedHttp.Answer(200, Page, OurHeader)(request);
        });

        agent.Should().StartWith("Libra-Deploy/", "Browser Integrity Check turns away visitors without a name");
    }

    [Fact]
    public async Task Find_WhenTheAddressLeadsNowhere_NamesTheDispatcher()
    {
        foreach (var nowhere in new[] { ScriptedHttp.Unreachable("no such host"), ScriptedHttp.Answer(530, "") })
        {
            var found = await FindAsync(Site(), nowhere);
            found.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Unexpected });
            found.FirstError.Description.Should().Contain("dispatcher's DNS record");
        }
    }

    [Theory]
    [InlineData("index.html", "auto-trailing-slash", false, null, "/")]
    [InlineData("index.html,a b.js", "none", false, null, "/a%20b.js")]
    [InlineData("a (1)'!*.png,b.js", "auto-trailing-slash", false, null, "/a%20(1)'!*.png")]
    [InlineData("index.html,app.js", "auto-trailing-slash", false, "/*", null)]
    [InlineData("index.html,app.js", "auto-trailing-slash", false, "/", "/app.js")]
    [InlineData("index.html,app.js", "auto-trailing-slash", true, null, null)]
    [InlineData("about.html", "auto-trailing-slash", false, null, null)]
    public void Witness_WhenChosen_IsAFileThatNoWorkerAnswersFor(string files, string html, bool workerFirst, string? paths, string? expected)
    {
        var assets = new AssetsSettings(null, html, "none", workerFirst, paths?.Split(','));
        var manifest = Manifest(assets, new WorkerSettings("i.js"), files.Split(','));

        Witness.Of(manifest)?.Address.Should().Be(expected);
        (Witness.Of(manifest) is null).Should().Be(expected is null);
    }

    private static async Task<ErrorOr<Success>> FindAsync(ArtifactManifest manifest, params Func<HttpRequestMessage, HttpResponseMessage>[] answers)
    {
        var options = new CloudflareOptions { AccountId = "a", ApiToken = new ServiceKey("t") };
        using var visitor = new HttpMessageInvoker(new ScriptedHttp(answers));
        var proof = new LiveProof(options, visitor, new FarLimits(), NullLogger<LiveProof>.Instance);
        return await proof.FindAsync(new Uri("https://shop-worker.example.org"), new Artifact(manifest), TestContext.Current.CancellationToken);
    }

    private static ArtifactManifest Site() => Manifest(new AssetsSettings(), null, "index.html", "app.js");

    private static ArtifactManifest Worker() => Manifest(null, new WorkerSettings("index.js"));

    private static ArtifactManifest Manifest(AssetsSettings? assets, WorkerSettings? worker, params string[] files) => new(
        1, "2026-11-01", [], worker, assets, new Dictionary<string, JsonElement>(),
        [.. files.Select(name => new ArtifactFile("assets/" + name, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Page))), Page.Length, "text/html"))]);

    private sealed record Artifact(ArtifactManifest Manifest) : IArtifact
    {
        public string Digest => LiveProofTests.Digest;

        public string Folder => "/nowhere";

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Pauses of the search pass at once; the limit of one answer, ten seconds, never does.</summary>
    private sealed class FarLimits : TimeProvider
    {
        private readonly HastyClock _hasty = new();

        public override DateTimeOffset GetUtcNow() => _hasty.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _hasty.CreateTimer(callback, state, dueTime == TimeSpan.FromSeconds(10) ? Timeout.InfiniteTimeSpan : dueTime, period);
    }
}
