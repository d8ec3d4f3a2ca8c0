using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Sandboxes;

namespace Libra.Deploy.IntegrationTests.Targets;

/// <summary>Deployments, rests, failures and restarts of sites that are in use.</summary>
public sealed class LocalTargetLifeTests : IAsyncLifetime
{
    private LocalSites _sites = null!;

    public async ValueTask InitializeAsync() => _sites = await LocalSites.StartAsync();

    public ValueTask DisposeAsync() => _sites.DisposeAsync();

    [Fact]
    public async Task Publish_WhenSitesAreUnderLoad_FailsNoRequest()
    {
        await PublishAsync("own", Numbered(0));
        await PublishAsync("neighbour", Numbered(0));
        var answers = new ConcurrentQueue<(string Project, HttpStatusCode Status, string Body)>();
        using var enough = new CancellationTokenSource();
        var visitors = Enumerable.Range(0, 6).Select(i => VisitAsync(i % 2 == 0 ? "own" : "neighbour", answers, enough.Token)).ToList();

        foreach (var version in new[] { 1, 2, 1 })
        {
            await PublishAsync("own", Numbered(version));
            (await _sites.TextAsync("own")).Should().Be($"version {version}", "a deployment is live when it is published");
        }

        await enough.CancelAsync();
        await Task.WhenAll(visitors);
        answers.Should().HaveCountGreaterThan(50);
        answers.Should().OnlyContain(answer => answer.Status == HttpStatusCode.OK);
        answers.Where(answer => answer.Project == "neighbour").Should().OnlyContain(answer => answer.Body == "version 0");
        answers.Where(answer => answer.Project == "own").Select(answer => answer.Body).Distinct()
            .Should().BeEquivalentTo("version 0", "version 1", "version 2");
    }

    [Fact]
    public async Task Check_WhenTheRuntimeGoesAndComesBack_SaysSoWithinSeconds()
    {
        var link = Path.Combine(Path.GetTempPath(), $"libra-workerd-{Guid.NewGuid():N}");
        File.CreateSymbolicLink(link, LocalSites.Runtime.Workerd);
        await using var sites = await LocalSites.StartAsync(options => options with { WorkerdPath = link });
        (await sites.Target.CheckAsync(default)).IsError.Should().BeFalse();

        File.Delete(link);
        sites.Clock.Advance(TimeSpan.FromSeconds(16));
        (await sites.Target.CheckAsync(default)).FirstError.Description.Should().StartWith("The Workers runtime cannot be started");

        File.CreateSymbolicLink(link, LocalSites.Runtime.Workerd);
        (await sites.Target.CheckAsync(default)).IsError.Should().BeFalse();
        File.Delete(link);
    }

    [Fact]
    public async Task Publish_WhenARequestIsBeingAnswered_LetsItFinishOnTheOldVersion()
    {
        await PublishAsync("p", BuildTar.OfWorker("""
            export default { async fetch(request) {
              if (new URL(request.url).pathname !== "/slow") return new Response("old");
              await scheduler.wait(2500);
              return new Response("slow old");
            } };
            """));
        var slow = _sites.TextAsync("p", "/slow");
        await Eventually.BecomesTrueAsync(() => _sites.Awake("p") is { IsBusy: true }, Eventually.Patience, "the request is being answered");

        await PublishAsync("p", BuildTar.OfAssets("new"));

        (await _sites.TextAsync("p")).Should().Be("new");
        (await slow).Should().Be("slow old");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512L << 20)]
    public async Task Start_BesideAServiceThatRuns_LeavesWhatThatOneIsAboutToMakeLive(long siteMemoryBytes)
    {
        var filling = Directory.CreateDirectory(_sites.FolderOf("being-published"));

        await _sites.StartBesideAsync(options => options with { SiteMemoryBytes = siteMemoryBytes });

        filling.Refresh();
        filling.Exists.Should().BeTrue("its pointer is not written yet");
    }

    [Fact]
    public async Task Start_AfterAServiceThatEnded_ClearsWhatNobodyNames()
    {
        var left = Directory.CreateDirectory(_sites.FolderOf("left-behind"));

        await _sites.RestartAsync();

        left.Refresh();
        left.Exists.Should().BeFalse();
    }

    [Fact]
    public async Task Publish_WhenItCannotBeWrittenDown_LeavesNoProcess()
    {
        var pointers = Path.Combine(_sites.Root, "local", "sites");
        Directory.Delete(pointers, recursive: true);
        await File.WriteAllTextAsync(pointers, "in the way", TestContext.Current.CancellationToken);

        await FluentActions.Awaiting(() => _sites.PublishAsync("p", BuildTar.OfAssets("new"))).Should().ThrowAsync<IOException>();

        await Eventually.BecomesTrueAsync(
            () => HostProcesses.With(_sites.Root).Count == 0, Eventually.Patience, "its guard's helper ends a moment after the guard");
    }

    [Fact]
    public async Task Publish_WhenTheArtifactIsLive_ChangesNothing()
    {
        var digest = await PublishAsync("p", BuildTar.OfAssets());
        var before = _sites.Awake("p")!.Process.Id;

        (await _sites.PublishAsync("p", digest)).IsError.Should().BeFalse();

        _sites.Awake("p")!.Process.Id.Should().Be(before);
    }

    [Fact]
    public async Task Publish_WhenTheArtifactIsLiveAndItsProcessIsStuck_StartsAnotherOne()
    {
        await using var sites = await LocalSites.StartAsync(options => options with { DrainTimeout = TimeSpan.Zero });
        var digest = await sites.SaveAsync(BuildTar.OfWorker("""
            export default { fetch(request) {
              if (new URL(request.url).pathname !== "/stuck") return new Response("answers");
              console.error("stuck from here on");
              while (true);
            } };
            """));
        (await sites.PublishAsync("p", digest)).IsError.Should().BeFalse();
        var before = sites.Awake("p")!.Process;
        var stuck = sites.GetAsync("p", "/stuck");
        await Eventually.BecomesTrueAsync(
            () => before.LastOutput.Contains("stuck from here on", StringComparison.Ordinal), Eventually.Patience, "the loop has begun");

        var published = await sites.PublishAsync("p", digest);

        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
        sites.Awake("p")!.Process.Should().NotBeSameAs(before);
        (await sites.TextAsync("p")).Should().Be("answers");
        (await stuck).Dispose();
    }

    [Fact]
    public async Task Publish_WhenTheWorkerThrowsAtItsRoot_KeepsTheOldVersionAndSaysWhy()
    {
        await PublishAsync("p", BuildTar.OfAssets("still here"));

        var published = await _sites.PublishAsync(
            "p", BuildTar.OfWorker("export default { fetch() { throw new Error('no database'); } };"));

        published.FirstError.Code.Should().Be("VERIFICATION_FAILED");
        published.FirstError.Description.Should().Contain("500").And.Contain("no database");
        (await _sites.TextAsync("p")).Should().Be("still here");
    }

    [Theory]
    [InlineData("export default { fetch(( ) };", "SyntaxError")]
    [InlineData("import './missing.js'; export default { fetch() { return new Response(); } };", "missing.js")]
    [InlineData("throw new Error('at start'); export default { fetch() {} };", "at start")]
    public async Task Publish_WhenTheWorkerCannotStart_IsRejectedWithTheRuntimesWords(string script, string words)
    {
        var published = await _sites.PublishAsync("p", BuildTar.OfWorker(script));

        published.FirstError.Code.Should().Be("TARGET_REJECTED");
        published.FirstError.Description.Should().Contain(words);
        using var answer = await _sites.GetAsync("p");
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Publish_WhenOnlyDeepPathsAnswer_IsAccepted() =>
        await PublishAsync("p", BuildTar.OfWorker("export default { fetch() { return new Response('no such page', { status: 404 }); } };"));

    [Fact]
    public async Task Site_WhenUnusedForLong_SleepsAndWakesOnTheNextRequest()
    {
        await PublishAsync("p", BuildTar.OfAssets("awake"));
        var first = _sites.Awake("p")!.Process.Id;

        await Eventually.BecomesTrueAsync(
            () =>
            {
                _sites.Clock.Advance(TimeSpan.FromMinutes(11));
                return _sites.Awake("p") is null;
            },
            Eventually.Patience,
            "an unused site sleeps");

        (await _sites.TextAsync("p")).Should().Be("awake");
        _sites.Awake("p")!.Process.Id.Should().NotBe(first);
    }

    [Fact]
    public async Task Sites_WhenMoreAreAwakeThanMayBe_TheLongestUnusedSleeps()
    {
        await using var sites = await LocalSites.StartAsync(options => options with { MaxAwake = 1 });
        (await sites.PublishAsync("older", BuildTar.OfAssets("older"))).IsError.Should().BeFalse();
        sites.Clock.Advance(TimeSpan.FromSeconds(1));
        (await sites.PublishAsync("newer", BuildTar.OfAssets("newer"))).IsError.Should().BeFalse();

        await Eventually.BecomesTrueAsync(
            () =>
            {
                sites.Clock.Advance(TimeSpan.FromSeconds(2));
                return sites.Awake("older") is null;
            },
            Eventually.Patience,
            "only one site may be awake");

        sites.Awake("newer").Should().NotBeNull();
        (await sites.TextAsync("older")).Should().Be("older");
    }

    [Fact]
    public async Task Restart_WhenSitesWerePublished_BringsThemBack()
    {
        await PublishAsync("p", BuildTar.OfAssets("kept"), "shop.example.org");

        await _sites.RestartAsync();

        (await _sites.TextAsync("p")).Should().Be("kept");
        using var byDomain = await _sites.AskAsync("shop.example.org");
        (await byDomain.Content.ReadAsStringAsync()).Should().Be("kept");
    }

    [Fact]
    public async Task Site_WhenItsProcessIsKilled_StartsAgainWithGrowingPauses()
    {
        await PublishAsync("p", BuildTar.OfAssets("back"));

        await KillAsync("p");
        (await _sites.TextAsync("p")).Should().Be("back", "the first crash may be the only one");
        await KillAsync("p");

        using (var paused = await _sites.GetAsync("p"))
        {
            paused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            paused.Headers.RetryAfter.Should().NotBeNull();
        }

        _sites.Clock.Advance(TimeSpan.FromSeconds(1));
        (await _sites.TextAsync("p")).Should().Be("back");
    }

    [Fact]
    public async Task Site_WhenItsFilesAreGone_AnswersUnavailableUntilPublishedAgain()
    {
        var digest = await PublishAsync("p", BuildTar.OfAssets("here"));
        await _sites.RestartAsync();
        Directory.Delete(_sites.FolderOf(digest), recursive: true);

        for (var tries = 0; tries < 3; tries++)
            using (var answer = await _sites.GetAsync("p")) answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        (await _sites.PublishAsync("p", digest)).IsError.Should().BeFalse();
        (await _sites.TextAsync("p")).Should().Be("here");
    }

    [Theory]
    [InlineData("manifest.json", "")]
    [InlineData("assets/index.html", "")]
    [InlineData("assets/index.html", null)]
    public async Task Site_WhoseFilesAPowerLossDamaged_IsWholeOncePublishedAgain(string damaged, string? left)
    {
        var digest = await PublishAsync("p", BuildTar.OfAssets("here"));
        var file = Path.Combine(_sites.FolderOf(digest), damaged);
        File.Delete(file);
        if (left is not null) await File.WriteAllTextAsync(file, left);
        await _sites.RestartAsync();
        using (var answer = await _sites.GetAsync("p")) answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);

        (await _sites.PublishAsync("p", digest)).IsError.Should().BeFalse();

        (await _sites.TextAsync("p")).Should().Be("here");
    }

    [Fact]
    public async Task Publish_WhenReplaced_RemovesTheFilesOfTheOldVersion()
    {
        var old = await PublishAsync("p", BuildTar.OfAssets("old"));
        Directory.Exists(_sites.FolderOf(old)).Should().BeTrue();

        var current = await PublishAsync("p", BuildTar.OfAssets("new"));

        await Eventually.BecomesTrueAsync(() => !Directory.Exists(_sites.FolderOf(old)), Eventually.Patience, "nobody needs the old files");
        Directory.Exists(_sites.FolderOf(current)).Should().BeTrue();
    }

    [Fact]
    public async Task Site_WhenAWebSocketIsOpened_PassesMessagesBothWays()
    {
        await PublishAsync("p", BuildTar.OfWorker("""
            export default { fetch(request) {
              if (request.headers.get("Upgrade") !== "websocket") return new Response("plain");
              const [client, server] = Object.values(new WebSocketPair());
              server.accept();
              server.addEventListener("message", event => server.send("echo " + event.data));
              return new Response(null, { status: 101, webSocket: client });
            } };
            """));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Host", "p-worker.localhost");
        using var patience = new CancellationTokenSource(Eventually.Patience);
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{_sites.Port}/"), patience.Token);

        await socket.SendAsync(Encoding.UTF8.GetBytes("hi"), WebSocketMessageType.Text, endOfMessage: true, patience.Token);

        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, patience.Token);
        Encoding.UTF8.GetString(buffer, 0, received.Count).Should().Be("echo hi");
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }

    private static BuildTar Numbered(int version) =>
        BuildTar.OfWorker($"export default {{ async fetch() {{ await scheduler.wait(5); return new Response('version {version}'); }} }};");

    private async Task<string> PublishAsync(string project, BuildTar build, string? domain = null)
    {
        var digest = await _sites.SaveAsync(build);
        var published = await _sites.PublishAsync(project, digest, domain);
        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
        return digest;
    }

    private async Task VisitAsync(string project, ConcurrentQueue<(string, HttpStatusCode, string)> answers, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using var answer = await _sites.GetAsync(project);
            answers.Enqueue((project, answer.StatusCode, await answer.Content.ReadAsStringAsync(CancellationToken.None)));
        }
    }

    private async Task KillAsync(string project)
    {
        var instance = _sites.Awake(project)!;
        using (var process = Process.GetProcessById(instance.Process.Id)) process.Kill(entireProcessTree: true);
        await Eventually.BecomesTrueAsync(() => !instance.IsAlive, Eventually.Patience, "a killed process is gone");
    }
}
