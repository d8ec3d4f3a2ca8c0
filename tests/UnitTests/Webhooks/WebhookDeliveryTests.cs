using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.UnitTests.Webhooks;

public sealed class WebhookDeliveryTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Record_WhenReceived_EndsIt()
    {
        var delivery = ADelivery();

        delivery.Record(new DeliveryAttempt(Now, 204, null, 12), jitter: 0);

        delivery.Status.Should().Be(DeliveryStatus.Delivered);
        delivery.DueAt.Should().BeNull();
        delivery.Attempts.Should().ContainSingle();
    }

    [Fact]
    public void Record_WhenItAlwaysFails_TriesWithGrowingPausesForAboutADay()
    {
        var delivery = ADelivery();
        var pauses = new List<TimeSpan>();
        while (delivery.DueAt is { } due && due < Now + 2 * WebhookDelivery.Persistence)
        {
            delivery.Record(new DeliveryAttempt(due, 500, "no", 1), jitter: 0);
            if (delivery.DueAt is { } next) pauses.Add(next - due);
        }

        delivery.Status.Should().Be(DeliveryStatus.Failed);
        pauses.Should().BeInAscendingOrder();
        pauses[0].Should().Be(TimeSpan.FromSeconds(5));
        delivery.Attempts[^1].At.Should().BeAfter(Now.AddHours(15)).And.BeOnOrBefore(Now + WebhookDelivery.Persistence);
    }

    [Fact]
    public void WaitForReceiver_UntilItsDayIsOver_KeepsIt()
    {
        var delivery = ADelivery();

        delivery.WaitForReceiver(Now + WebhookDelivery.Persistence - TimeSpan.FromSeconds(1));
        delivery.Status.Should().Be(DeliveryStatus.Pending);

        delivery.WaitForReceiver(Now + WebhookDelivery.Persistence);
        delivery.Status.Should().Be(DeliveryStatus.Failed);
    }

    [Fact]
    public void WaitForReceiver_WhenItWasReceived_ChangesNothing()
    {
        var delivery = ADelivery();
        delivery.Record(new DeliveryAttempt(Now, 200, null, 1), jitter: 0);

        delivery.WaitForReceiver(Now + WebhookDelivery.Persistence);

        delivery.Status.Should().Be(DeliveryStatus.Delivered);
    }

    [Fact]
    public void Record_WhenItEnded_IsRefused()
    {
        var delivery = ADelivery();
        delivery.Record(new DeliveryAttempt(Now, 200, null, 1), jitter: 0);

        delivery.Record(new DeliveryAttempt(Now, 200, null, 1), jitter: 0).FirstError.Code.Should().Be("INVALID_STATE");
        delivery.Attempts.Should().ContainSingle();
    }

    [Fact]
    public void Replay_OfOneGivenUp_IsDueAtOnceAndForAnotherDay()
    {
        var delivery = ADelivery();
        delivery.GiveUp();
        var later = Now.AddDays(3);

        delivery.Replay(later);
        delivery.Record(new DeliveryAttempt(later, 500, "no", 1), jitter: 0);

        delivery.Status.Should().Be(DeliveryStatus.Pending);
        delivery.DueAt.Should().Be(later.AddSeconds(5));
    }

    // Computed by another program from the key and the content of the published example.
    [Fact]
    public void Sign_OfAKnownMessage_IsWhatOtherImplementationsGive()
    {
        var secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var id = WebhookDeliveryId.TryParse("0193a9a0-0000-7000-8000-000000000001")!.Value;

        secret.Sign(id, 1_614_265_330, """{"test": 2432232314}""").Should().Be("v1,TNm8pJ3KN5yQ7KXtwPxziNANGePczPi6AonSrlPV2ZQ=");
    }

    [Fact]
    public void ToString_OfASecret_DoesNotShowIt()
    {
        var secret = WebhookSecret.New();

        secret.ToString().Should().Be("whsec_…");
        WebhookSecret.Parse(secret.Reveal()).Reveal().Should().Be(secret.Reveal());
    }

    private static WebhookDelivery ADelivery() =>
        WebhookDelivery.Write(WebhookDeliveryId.New(Now), WebhookId.New(Now), WebhookEvents.Completed, "{}", Now);
}
