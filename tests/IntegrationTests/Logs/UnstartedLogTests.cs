using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Deployments;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>The stream of a deployment that never starts comes to an end as well.</summary>
public sealed class UnstartedLogTests(LibraService service)
{
    [Fact]
    public async Task Stream_OfADeploymentCancelledWhileItWaits_EndsForAllWhoFollow()
    {
        var project = await service.NewProjectAsync();
        var id = await WaitingCopy.OfAsync(service, (await project.DeployPageAsync("x"))["deploymentId"]!.GetValue<string>());
        var followers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FollowAsync(id)));

        using var cancelled = await service.Admin.PostAsync($"/deploy/{id}/cancel", null, TestContext.Current.CancellationToken);

        cancelled.IsSuccessStatusCode.Should().BeTrue();
        foreach (var follower in followers)
        {
            var last = await LastEventAsync(follower);
            last.EventType.Should().Be("end");
            JsonNode.Parse(last.Data)!["status"]!.GetValue<string>().Should().Be("cancelled");
        }

        var late = await ServerEvents.ReadToEndAsync(service.Admin, $"/deploy/{id}/logs/stream");
        late.Should().NotContain(read => read.Name == "log");
        late[^1].Name.Should().Be("end");
    }

    /// <summary>Opens the stream and waits until the service has begun to answer on it.</summary>
    private async Task<IAsyncEnumerator<SseItem<string>>> FollowAsync(string id)
    {
        var answer = await service.Admin.GetAsync(
            $"/deploy/{id}/logs/stream", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var events = SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await events.MoveNextAsync()).Should().BeTrue("it tells at once how the deployment stands");
        return events;
    }

    private static async Task<SseItem<string>> LastEventAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        var last = events.Current;
        while (await events.MoveNextAsync()) last = events.Current;
        await events.DisposeAsync();
        return last;
    }
}
