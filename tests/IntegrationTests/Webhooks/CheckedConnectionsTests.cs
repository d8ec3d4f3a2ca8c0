using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Webhooks;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Webhooks;

/// <summary>What the sender does where private addresses are not allowed, as in production.</summary>
public sealed class CheckedConnectionsTests
{
    [Theory]
    [InlineData("https://localhost/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://2130706433/hook")]
    [InlineData("http://example.com/hook")]
    public async Task CheckAddress_OfAnAddressInside_IsRefused(string url)
    {
        await using var services = Services();

        services.GetRequiredService<IWebhookSender>().CheckAddress(url).IsError.Should().BeTrue();
    }

    [Fact]
    public async Task CheckAddress_OfANameThatNoResolverTakes_IsRefused()
    {
        await using var services = Services();

        services.GetRequiredService<IWebhookSender>().CheckAddress($"https://{new string('ö', 59)}.com/hook").IsError.Should().BeTrue();
    }

    // "localhost" written as a name that CheckAddress cannot know: what counts is where it leads when the connection is made.
    [Theory]
    [InlineData("localhost.localdomain")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    public async Task Send_ToANameThatLeadsInside_IsRefusedAtTheConnection(string host)
    {
        await using var services = Services();
        await using var receiver = await Receiver.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var url = new UriBuilder(receiver.Url) { Host = host }.ToString();
        var webhook = Webhook.Create(
            WebhookId.New(now), "org", new WebhookSettings(url, [], null, IsEnabled: true), WebhookSecret.New(), now).Value;
        var delivery = WebhookDelivery.Write(WebhookDeliveryId.New(now), webhook.Id, WebhookEvents.Queued, "{}", now);

        var attempt = await services.GetRequiredService<IWebhookSender>()
            .SendAsync(webhook, delivery, TestContext.Current.CancellationToken);

        attempt.Succeeded.Should().BeFalse();
        attempt.StatusCode.Should().BeNull();
        receiver.Messages.Should().BeEmpty();
    }

    [Fact]
    public async Task Send_WhenTheReceiverIsSilent_EndsAtItsLimit()
    {
        await using var services = Services(allowPrivate: true);
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var now = TimeProvider.System.GetUtcNow();
        var url = $"http://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndpoint).Port}/";
        var webhook = Webhook.Create(
            WebhookId.New(now), "org", new WebhookSettings(url, [], null, IsEnabled: true), WebhookSecret.New(), now).Value;
        var delivery = WebhookDelivery.Write(WebhookDeliveryId.New(now), webhook.Id, WebhookEvents.Queued, "{}", now);

        var attempt = await services.GetRequiredService<IWebhookSender>()
            .SendAsync(webhook, delivery, TestContext.Current.CancellationToken);

        attempt.Error.Should().Be("No answer within 0.5 s.");
    }

    private static ServiceProvider Services(bool allowPrivate = false) => new ServiceCollection()
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        .Configure<WebhookOptions>(
            options => (options.AllowPrivateAddresses, options.Timeout) = (allowPrivate, TimeSpan.FromMilliseconds(500)))
        .AddWebhooks(worker: false)
        .BuildServiceProvider();
}
