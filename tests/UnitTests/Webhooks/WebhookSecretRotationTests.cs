using Libra.Deploy.Domain.Webhooks;

namespace Libra.Deploy.UnitTests.Webhooks;

public sealed class WebhookSecretRotationTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly WebhookDeliveryId Message = WebhookDeliveryId.New(Now);

    private readonly WebhookSecret _first = WebhookSecret.New();
    private readonly WebhookSecret _second = WebhookSecret.New();
    private readonly Webhook _webhook;

    public WebhookSecretRotationTests() =>
        _webhook = Webhook.Create(
            WebhookId.New(Now), "org", new WebhookSettings("https://example.com/", [], null, IsEnabled: true), _first, Now).Value;

    [Fact]
    public void Sign_BeforeAnyRotation_UsesTheOneSecret() => _webhook.Sign(Message, "{}", Now).Should().Be(By(_first, Now));

    [Fact]
    public void Sign_AfterARotation_UsesBothForADayAndThenTheNewOne()
    {
        _webhook.RotateSecret(_second, Now);

        var lastMoment = Now + Webhook.OldSecretLifetime - TimeSpan.FromSeconds(1);
        _webhook.Sign(Message, "{}", lastMoment).Should().Be($"{By(_second, lastMoment)} {By(_first, lastMoment)}");
        var over = Now + Webhook.OldSecretLifetime;
        _webhook.Sign(Message, "{}", over).Should().Be(By(_second, over));
    }

    [Fact]
    public void Sign_AfterTwoRotations_KnowsTheFirstSecretNoMore()
    {
        var third = WebhookSecret.New();
        _webhook.RotateSecret(_second, Now);
        _webhook.RotateSecret(third, Now);

        _webhook.Sign(Message, "{}", Now).Should().Be($"{By(third, Now)} {By(_second, Now)}");
    }

    private static string By(WebhookSecret secret, DateTimeOffset now) => secret.Sign(Message, now.ToUnixTimeSeconds(), "{}");
}
