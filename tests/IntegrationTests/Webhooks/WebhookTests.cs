using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Access;
using Libra.Deploy.IntegrationTests.Queue;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Webhooks;

/// <summary>An organization's own server is told what becomes of its deployments.</summary>
public sealed class WebhookTests(LibraService service)
{
    [Fact]
    public async Task Deployment_ThatCompletes_IsAnnouncedThreeTimesAndSigned()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var secret = (string)(await CreateAsync(project, receiver.Url))["secret"]!;

        var end = await project.DeployPageAsync("<h1>told</h1>");
        await receiver.GetsAsync(3);

        var messages = receiver.Messages.ToList();
        messages.Select(message => message.Type).Should().BeEquivalentTo("deployment.queued", "deployment.started", "deployment.completed");
        messages.Should().OnlyContain(
            message => message.Signature == SignatureOf(secret, message), "a receiver checks by the published rules");
        messages.Select(message => message.Id).Should().OnlyHaveUniqueItems();
        var completed = messages.Single(message => message.Type == "deployment.completed").Json["data"]!;
        ((string?)completed["deploymentId"]).Should().Be((string?)end["deploymentId"]);
        ((string?)completed["workerUrl"]).Should().Be((string?)end["workerUrl"]);
    }

    [Fact]
    public async Task Deployment_ThatFails_IsAnnouncedWithItsReasonToThoseWhoAsked()
    {
        var project = await service.NewProjectAsync(template: "no-such-template");
        await using var receiver = await Receiver.StartAsync();
        await CreateAsync(project, receiver.Url, "deployment.failed");

        await project.DeployAsync();
        await receiver.GetsAsync(1);

        receiver.Messages.Should().ContainSingle();
        var failed = receiver.Messages.Single().Json;
        ((string?)failed["type"]).Should().Be("deployment.failed");
        ((string?)failed["data"]!["error"]!["code"]).Should().NotBeNullOrEmpty();
    }

    [Fact]
    public async Task Delivery_WhenTheReceiverFailsFirst_IsMadeAgainUnderTheSameId()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync((number, answer) => answer.StatusCode = number == 1 ? 503 : 200);
        var webhook = (string)(await CreateAsync(project, receiver.Url, "deployment.queued"))["webhook"]!["id"]!;

        await project.DeployPageAsync("<h1>again</h1>");
        await receiver.GetsAsync(2);

        receiver.Messages.Select(message => message.Id).Distinct().Should().ContainSingle();
        var delivery = await UntilAsync(project, webhook, found => (string)found["status"]! == "delivered");
        delivery["attempts"]!.AsArray().Select(attempt => (int?)attempt!["statusCode"]).Should().Equal(503, 200);
        ((string?)delivery["attempts"]![0]!["error"]).Should().Be("The receiver answered 503.");
    }

    [Fact]
    public async Task Delivery_WhenReplayed_IsSentAgain()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = (string)(await CreateAsync(project, receiver.Url, "deployment.queued"))["webhook"]!["id"]!;
        await project.DeployPageAsync("<h1>once more</h1>");
        var delivery = await UntilAsync(project, webhook, found => (string)found["status"]! == "delivered");

        using var replayed = await service.Admin.PostAsync(
            $"{PathOf(project)}/{webhook}/deliveries/{delivery["id"]}/replay", null, TestContext.Current.CancellationToken);
        await receiver.GetsAsync(2);

        replayed.StatusCode.Should().Be(HttpStatusCode.OK);
        receiver.Messages.Select(message => (message.Id, message.Text)).Distinct().Should().ContainSingle("it is the same message");
    }

    [Fact]
    public async Task Replay_WhileTheWebhookIsSwitchedOff_IsRefusedAndChangesNothing()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = (string)(await CreateAsync(project, receiver.Url, "deployment.queued"))["webhook"]!["id"]!;
        await project.DeployPageAsync("<h1>not again</h1>");
        var delivery = await UntilAsync(project, webhook, found => (string)found["status"]! == "delivered");
        var replay = $"{PathOf(project)}/{webhook}/deliveries/{delivery["id"]}/replay";

        await SwitchAsync(project, webhook, on: false);
        using var refused = await service.Admin.PostAsync(replay, null, TestContext.Current.CancellationToken);

        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        var refusal = await refused.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        ((string?)refusal!["code"]).Should().Be("INVALID_STATE");
        ((string?)(await DeliveriesAsync(project, webhook)).Single()!["status"]).Should().Be("delivered");

        await SwitchAsync(project, webhook, on: true);
        using var replayed = await service.Admin.PostAsync(replay, null, TestContext.Current.CancellationToken);
        await receiver.GetsAsync(2);
        replayed.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Create_ForAnOrganizationOfALongerNameThanAnyHas_IsRefused()
    {
        using var answer = await service.Admin.PostAsJsonAsync(
            $"/organizations/{new string('o', 300)}/webhooks",
            new JsonObject { ["url"] = "https://example.com/hook", ["events"] = new JsonArray("deployment.failed") });

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        body!["details"]!["fieldErrors"]!.AsObject().Select(field => field.Key).Should().Equal("orgId");
    }

    [Fact]
    public async Task Changes_ByManyAtOnceAndWhileMessagesAreSent_AreAllMade()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = (string)(await CreateAsync(project, receiver.Url, "deployment.queued"))["webhook"]!["id"]!;
        await project.DeployPageAsync("<h1>at once</h1>");
        var delivery = await UntilAsync(project, webhook, found => (string)found["status"]! == "delivered");

        var replays = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.Admin.PostAsync(
            $"{PathOf(project)}/{webhook}/deliveries/{delivery["id"]}/replay", null, TestContext.Current.CancellationToken)));
        var changes = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => service.Admin.PutAsJsonAsync(
            $"{PathOf(project)}/{webhook}", new { description = $"change {number}" }, TestContext.Current.CancellationToken)));

        replays.Concat(changes).Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
        await receiver.GetsAsync(2);
        var noted = await UntilAsync(project, webhook, found => (string)found["status"]! == "delivered");
        noted["attempts"]!.AsArray().Should().HaveCountGreaterThan(1);
    }

    [Fact]
    public async Task Delivery_WhenTheReceiverRedirects_IsNotFollowed()
    {
        var project = await service.NewProjectAsync();
        await using var elsewhere = await Receiver.StartAsync();
        await using var receiver = await Receiver.StartAsync((_, answer) =>
        {
            answer.StatusCode = 307;
            answer.Headers.Location = elsewhere.Url;
        });
        var webhook = (string)(await CreateAsync(project, receiver.Url, "deployment.queued"))["webhook"]!["id"]!;

        await project.DeployPageAsync("<h1>redirected</h1>");
        var delivery = await UntilAsync(project, webhook, found => found["attempts"]!.AsArray().Count > 0);

        ((int?)delivery["attempts"]![0]!["statusCode"]).Should().Be(307);
        ((string?)delivery["status"]).Should().Be("pending");
        elsewhere.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task Delivery_WhenTheReceiverIsGone_SwitchesTheWebhookOff()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync((_, answer) => answer.StatusCode = 410);
        var webhook = (string)(await CreateAsync(project, receiver.Url, "deployment.queued"))["webhook"]!["id"]!;

        await project.DeployPageAsync("<h1>gone</h1>");
        await UntilAsync(project, webhook, found => (string)found["status"]! == "failed");

        var now = (await service.Admin
            .GetFromJsonAsync<JsonNode>($"{PathOf(project)}/{webhook}", TestContext.Current.CancellationToken))!["webhook"]!;
        ((bool)now["enabled"]!).Should().BeFalse();
        ((string?)now["disabledReason"]).Should().Contain("410");
    }

    [Fact]
    public async Task Delivery_WhenTheReceiverMovedBeforeItsOldAddressSaidThatItIsGone_ComesToTheNewOne()
    {
        var project = await service.NewProjectAsync();
        await using var moved = await Receiver.StartAsync();
        var change = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var old = await StubServer.StartAsync(async context =>
        {
            await await change.Task;
            context.Response.StatusCode = 410;
        });
        var webhook = (string)(await CreateAsync(project, old.Url.ToString(), "deployment.queued"))["webhook"]!["id"]!;
        change.SetResult(MoveAsync());

        await project.DeployPageAsync("<h1>moved</h1>");

        await UntilAsync(project, webhook, found => (string)found["status"]! == "delivered");
        moved.Messages.Should().ContainSingle();

        async Task MoveAsync()
        {
            using var changed = await service.Admin.PutAsJsonAsync(
                $"{PathOf(project)}/{webhook}", new { url = moved.Url }, TestContext.Current.CancellationToken);
            changed.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Webhook_ChangedAndRemoved_IsToldNothingMore()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = (string)(await CreateAsync(project, receiver.Url))["webhook"]!["id"]!;

        using var changed = await service.Admin.PutAsJsonAsync(
            $"{PathOf(project)}/{webhook}", new { enabled = false }, TestContext.Current.CancellationToken);
        await project.DeployPageAsync("<h1>unheard</h1>");
        var none = await DeliveriesAsync(project, webhook);
        using var removed = await service.Admin.DeleteAsync($"{PathOf(project)}/{webhook}", TestContext.Current.CancellationToken);
        using var missing = await service.Admin.GetAsync($"{PathOf(project)}/{webhook}", TestContext.Current.CancellationToken);

        changed.StatusCode.Should().Be(HttpStatusCode.OK);
        none.Should().BeEmpty();
        removed.StatusCode.Should().Be(HttpStatusCode.OK);
        missing.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("not an address")]
    [InlineData("ftp://example.com/hook")]
    [InlineData("http://user:secret@example.com/hook")]
    public async Task Create_WithAnAddressThatIsNone_IsRefused(string url)
    {
        var project = await service.NewProjectAsync();

        using var refused = await service.Admin.PostAsJsonAsync(PathOf(project), new { url }, TestContext.Current.CancellationToken);

        refused.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))
            .Should().Contain("VALIDATION_ERROR").And.Contain("\"url\"");
    }

    [Fact]
    public async Task AnotherOrganizationsWebhooks_AreForbiddenAndMissing()
    {
        var (own, other) = (await service.NewProjectAsync(), await service.NewProjectAsync());
        var webhook = (string)(await CreateAsync(other, "http://127.0.0.1:9/hook"))["webhook"]!["id"]!;
        using var client = await DeadLetters.ClientAsync(service, own.OrganizationId, "deployments:read", "projects:write");

        using var foreign = await client.GetAsync(PathOf(other), TestContext.Current.CancellationToken);
        using var disguised = await client.GetAsync($"{PathOf(own)}/{webhook}", TestContext.Current.CancellationToken);

        foreign.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        disguised.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Secret_IsShownOnceAndNeverAgain()
    {
        var project = await service.NewProjectAsync();
        var secret = (string)(await CreateAsync(project, "http://127.0.0.1:9/hook"))["secret"]!;

        var listed = await service.Admin.GetStringAsync(PathOf(project), TestContext.Current.CancellationToken);

        secret.Should().StartWith("whsec_");
        listed.Should().Contain("127.0.0.1:9").And.NotContain("whsec_");
    }

    [Fact]
    public async Task Secret_WhenReplaced_LeavesMessagesThatBothSecretsProve()
    {
        var project = await service.NewProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var created = await CreateAsync(project, receiver.Url, "deployment.completed");
        using var answer = await service.Admin.PostAsync(
            $"{PathOf(project)}/{created["webhook"]!["id"]}/secret", null, TestContext.Current.CancellationToken);
        var rotated = (await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!;

        await project.DeployPageAsync("<h1>twice signed</h1>");
        await receiver.GetsAsync(1);

        var message = receiver.Messages.Single();
        message.Signature.Should().Be(
            $"{SignatureOf((string)rotated["secret"]!, message)} {SignatureOf((string)created["secret"]!, message)}");
        rotated["webhook"]!["oldSecretUntil"]!.GetValue<DateTimeOffset>()
            .Should().BeCloseTo(DateTimeOffset.UtcNow.AddDays(1), TimeSpan.FromMinutes(5));
    }

    private static string PathOf(TestProject project) => $"/organizations/{project.OrganizationId}/webhooks";

    private async Task<JsonNode> CreateAsync(TestProject project, string url, params string[] events)
    {
        using var answer = await service.Admin.PostAsJsonAsync(PathOf(project), new { url, events }, TestContext.Current.CancellationToken);
        var body = await answer.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", body);
        return body!;
    }

    private async Task SwitchAsync(TestProject project, string webhook, bool on)
    {
        using var switched = await service.Admin.PutAsJsonAsync(
            $"{PathOf(project)}/{webhook}", new { enabled = on }, TestContext.Current.CancellationToken);
        switched.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private async Task<JsonArray> DeliveriesAsync(TestProject project, string webhook) =>
        (await service.Admin.GetFromJsonAsync<JsonNode>(
            $"{PathOf(project)}/{webhook}/deliveries", TestContext.Current.CancellationToken))!["deliveries"]!.AsArray();

    private async Task<JsonNode> UntilAsync(TestProject project, string webhook, Func<JsonNode, bool> reached)
    {
        JsonNode? found = null;
        await Eventually.BecomesTrueAsync(
            async () => (found = (await DeliveriesAsync(project, webhook)).OfType<JsonNode>().FirstOrDefault(reached)) is not null,
            TimeSpan.FromSeconds(60), "the delivery gets there");
        return found!;
    }

    // By hand, as any receiver may: not with the code that signed it.
    private static string SignatureOf(string secret, ReceivedMessage message) => "v1," + Convert.ToBase64String(HMACSHA256.HashData(
        Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{message.Id}.{message.Timestamp}.{message.Text}")));
}
