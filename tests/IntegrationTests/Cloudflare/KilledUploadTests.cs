using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Libra.Deploy.IntegrationTests.Persistence;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Workers are killed in the middle of an upload to Cloudflare, one at each of its calls, and each time another one finishes.</summary>
public sealed class KilledUploadTests(TestPostgres server)
{
    private static readonly (string Call, bool Done)[] Deaths =
    [
        ("assets session", false), ("assets session", true), ("assets upload", false), ("assets upload", true), ("script upload", false), ("script upload", true),
    ];

    [Fact]
    public async Task Deployment_WhenItsWorkerIsKilledInACall_IsFinishedByAnotherWithoutSendingAFileTwice()
    {
        await using var cloudflare = await CloudflareDouble.StartAsync();
        await using var dispatcher = await Dispatcher.StartAsync(cloudflare);
        await using var fleet = await Fleet.StartAsync(
            server,
            ("Cloudflare:AccountId", CloudflareDouble.AccountId), ("Cloudflare:ApiToken", CloudflareDouble.Token), ("Cloudflare:ApiBaseUrl", cloudflare.BaseUrl.AbsoluteUri),
            ("Cloudflare:DispatcherUrl", dispatcher.Address), ("Cloudflare:CallsPerFiveMinutes", "100000"));
        var worker = fleet.StartWorker();
        foreach (var (call, done) in Deaths)
        {
            var page = $"{call}, {(done ? "done" : "not done")}";
            cloudflare.ForgetCalls();
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            cloudflare.Fail(call, done ? Fault.Untold(reached) : Fault.Silent(reached));
            var id = await fleet.DeployAsync([("index.html", page), .. Enumerable.Range(0, 4).Select(number => ($"{number}.txt", $"{page} {number}"))]);
            await reached.Task.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

            await KillAsync(worker);
            worker = fleet.StartWorker();

            ShouldBeWhole(await fleet.CompletedAsync(id), cloudflare, call, page);
        }
    }

    private static void ShouldBeWhole(JsonNode status, CloudflareDouble cloudflare, string call, string page)
    {
        ((int)status["attempt"]!).Should().Be(1, "the death of a worker is no failed attempt: {0}", page);
        cloudflare.Scripts.Keys.Should().Equal("shop-worker");
        Encoding.UTF8.GetString(cloudflare.Scripts["shop-worker"].Assets["/index.html"].Content!).Should().Be(page);
        cloudflare.Scripts["shop-worker"].Assets.Should().HaveCount(5);
        cloudflare.Assets.Arrivals.Should().OnlyHaveUniqueItems("what is there is not sent again: {0}", page);
        cloudflare.CountOf(call).Should().BeGreaterThan(1, "the killed one is repeated: {0}", page);
        cloudflare.CountOf("assets session").Should().Be(2, "one of each worker: {0}", page);
    }

    private static async Task KillAsync(Process worker)
    {
        worker.Kill();
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
