using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Workers are killed on the way to Cloudflare, one at each of its calls and one after them all, and each time another one finishes.</summary>
public sealed class KilledUploadTests(TestPostgres server) : IAsyncLifetime
{
    private CloudflareDouble _cloudflare = null!;
    private Dispatcher _dispatcher = null!;
    private Fleet _fleet = null!;
    private Process _worker = null!;

    // What is asked of Cloudflare in all, by both workers: what is done is not done again.
    private static readonly (string Call, bool Done, int Sessions, int Scripts)[] Deaths =
    [
        ("assets session", false, 2, 1), ("assets session", true, 2, 1), ("assets upload", false, 2, 1), ("assets upload", true, 2, 1),
        ("script upload", false, 2, 2), ("script upload", true, 1, 1),
    ];

    public async ValueTask InitializeAsync()
    {
        _cloudflare = await CloudflareDouble.StartAsync();
        _dispatcher = await Dispatcher.StartAsync(_cloudflare);
        _fleet = await Fleet.StartAsync(
            server,
            ("Cloudflare:AccountId", CloudflareDouble.AccountId), ("Cloudflare:ApiToken", CloudflareDouble.Token), ("Cloudflare:ApiBaseUrl", _cloudflare.BaseUrl.AbsoluteUri),
            ("Cloudflare:DispatcherUrl", _dispatcher.Address), ("Cloudflare:CallsPerFiveMinutes", "100000"));
        _worker = _fleet.StartWorker();
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _dispatcher.DisposeAsync();
        await _cloudflare.DisposeAsync();
    }

    [Fact]
    public async Task Deployment_WhenItsWorkerIsKilledInACall_IsFinishedByAnotherWithoutSendingAFileTwice()
    {
        foreach (var (call, done, sessions, scripts) in Deaths)
        {
            var page = $"{call}, {(done ? "done" : "not done")}";
            _cloudflare.ForgetCalls();

            await KilledAsync(page, reached => _cloudflare.Fail(call, done ? Fault.Untold(reached) : Fault.Silent(reached)));

            ShouldHaveAsked(page, sessions, scripts);
        }
    }

    [Fact]
    public async Task Deployment_WhenItsWorkerIsKilledWhileItLooksAtTheSite_IsFinishedByAnotherThatOnlyLooks()
    {
        await KilledAsync("seen", _dispatcher.KeepWaiting);

        ShouldHaveAsked("seen", sessions: 1, scripts: 1);
        _cloudflare.CountOf("assets upload").Should().Be(3, "five files go two at a time");
        _cloudflare.CountOf("script tags").Should().Be(1, "the second worker asks whether the first one had finished");
    }

    private async Task KilledAsync(string page, Action<TaskCompletionSource> arrange)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        arrange(reached);
        var id = await _fleet.DeployAsync([("index.html", page), .. Enumerable.Range(0, 4).Select(number => ($"{number}.txt", $"{page} {number}"))]);
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        _worker.Kill();
        await _worker.WaitForExitAsync(TestContext.Current.CancellationToken);
        _worker = _fleet.StartWorker();

        ShouldBeWhole(await _fleet.CompletedAsync(id), page);
    }

    private void ShouldBeWhole(JsonNode status, string page)
    {
        ((int)status["attempt"]!).Should().Be(1, "the death of a worker is not a failed attempt: {0}", page);
        _cloudflare.Scripts.Keys.Should().Equal("shop-worker");
        Encoding.UTF8.GetString(_cloudflare.Scripts["shop-worker"].Assets["/index.html"].Content!).Should().Be(page);
        _cloudflare.Scripts["shop-worker"].Assets.Should().HaveCount(5);
    }

    private void ShouldHaveAsked(string page, int sessions, int scripts)
    {
        (_cloudflare.CountOf("assets session"), _cloudflare.CountOf("script upload")).Should().Be((sessions, scripts), page);
        _cloudflare.Assets.Arrivals.Should().OnlyHaveUniqueItems("what is there is not sent again: {0}", page);
    }
}
