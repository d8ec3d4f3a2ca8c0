using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Infrastructure.Webhooks;
using Libra.Deploy.IntegrationTests.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>A node that is told to stop does so soon and well, whoever is still connected.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class StopTests(LibraService service)
{
    // .NET's own limit of a stop is thirty seconds, and was used up.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Stop_WhileSomebodyFollowsARunningDeployment_ClosesTheStreamAndExitsWell()
    {
        await using var own = await OwnProcess.StartAsync(("Host:SandboxProvider", "process"), ("Queue:DrainTime", "00:00:00"));
        var id = await BuildingForEverAsync(own.Client);
        using var answer = await own.Client.GetAsync(
            $"/deploy/{id}/logs/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var stream = new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await ReadToAsync(stream, "\"building\"");

        var exitCode = await own.StopAsync(Soon);

        exitCode.Should().Be(0);
        (await stream.ReadToEndAsync(TestContext.Current.CancellationToken)).Should().NotContain("event: end", "another node goes on");
    }

    [Fact]
    public async Task Stop_OfTheWebhooksWithoutAnyTimeLeft_EndsWithoutAnError()
    {
        using var own = ActivatorUtilities.CreateInstance<WebhookDispatcher>(service.Services);

        var stop = () => own.StopAsync(new CancellationToken(canceled: true));

        await stop.Should().NotThrowAsync();
    }

    [Fact]
    public async Task StopTime_WithALongDrain_ReachesBeyondIt()
    {
        await using var own = await OwnService.StartAsync(
            ("Host:Roles", "api"), ("Queue:DrainTime", "00:10:00"), ("Drain:NoticeSeconds", "1"));

        own.Host.App.Services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout
            .Should().BeGreaterThan(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(10), "Hangfire takes ten seconds more than the drain");
    }

    private static async Task ReadToAsync(StreamReader stream, string text)
    {
        while (await stream.ReadLineAsync(TestContext.Current.CancellationToken) is var line
            && !(line ?? throw new EndOfStreamException(text)).Contains(text, StringComparison.Ordinal)) continue;
    }

    private static async Task<string> BuildingForEverAsync(HttpClient client)
    {
        var project = new JsonObject { ["organizationId"] = "org", ["userId"] = "user", ["templateType"] = "static" };
        (await client.PutAsJsonAsync("/projects/shop", project)).EnsureSuccessStatusCode();
        (await client.PutAsJsonAsync("/organizations/org/limits", new JsonObject { ["deployLimit"] = 10 })).EnsureSuccessStatusCode();
        var manifest = """{"name":"x","private":true,"scripts":{"build":"sleep 600"}}""";
        using var accepted = await client.PostAsJsonAsync("/deploy", new JsonObject
        {
            ["projectId"] = "shop",
            ["orgId"] = "org",
            ["userId"] = "user",
            ["initFiles"] = TestProject.Files([("package.json", manifest), ("index.html", "x")]),
        });
        return (await accepted.JsonAsync()).Text("deploymentId")!;
    }
}
