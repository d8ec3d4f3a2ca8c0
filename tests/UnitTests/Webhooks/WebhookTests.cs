using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.UnitTests.Webhooks;

public sealed class WebhookTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Wants_WhenNoEventIsNamed_IsTrueForAll() => AWebhook().Wants(WebhookEvents.Queued).Should().BeTrue();

    [Fact]
    public void Wants_WhenOthersAreNamed_IsFalse() => AWebhook(WebhookEvents.Completed).Wants(WebhookEvents.Queued).Should().BeFalse();

    [Fact]
    public void SwitchOff_WhenTheReceiverIsGone_TellsItNothingAnyMoreAndSaysWhy()
    {
        var webhook = AWebhook();

        webhook.SwitchOff("gone", Now);

        webhook.Wants(WebhookEvents.Queued).Should().BeFalse();
        webhook.DisabledReason.Should().Be("gone");
    }

    [Fact]
    public void Change_WhenSwitchedOnAgain_ForgetsWhyItWasOff()
    {
        var webhook = AWebhook();
        webhook.SwitchOff("gone", Now);

        webhook.Change(Settings(), Now);

        webhook.DisabledReason.Should().BeNull();
    }

    [Fact]
    public void Change_ToAnEventThatDoesNotExist_IsRefusedAndChangesNothing()
    {
        var webhook = AWebhook(WebhookEvents.Completed);

        var changed = webhook.Change(Settings("deployment.exploded"), Now);

        changed.IsError.Should().BeTrue();
        webhook.EventNames.Should().Equal(WebhookEvents.Completed);
    }

    private static Webhook AWebhook(params string[] events) =>
        Webhook.Create(new WebhookId(Guid.NewGuid()), "org", Settings(events), WebhookSecret.New(), Now).Value;

    private static WebhookSettings Settings(params string[] events) =>
        new("https://example.com/told", events, Description: null, IsEnabled: true);
}
