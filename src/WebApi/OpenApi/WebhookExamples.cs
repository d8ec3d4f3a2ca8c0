using System.Text.Json;
using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.WebApi.Webhooks;

namespace Libra.Deploy.WebApi.OpenApi;

/// <summary>Examples of webhooks and of what they were told.</summary>
internal static class WebhookExamples
{
    private const string Receiver = "https://hooks.acme.example/deployments";

    private static readonly string[] Events = [WebhookEvents.Completed, WebhookEvents.Failed];

    private static readonly WebhookResponse Webhook = new(
        Sample.Id, Sample.Organization, Receiver, Events, "Chat room", true, null, null, Sample.Now, Sample.Now);

    private static readonly DeliveryResponse Delivery = new(
        Sample.Id, Sample.Id, WebhookEvents.Completed, DeliveryStatus.Delivered, Sample.Now, null,
        [new AttemptResponse(Sample.Now, 204, null, 38)],
        JsonSerializer.SerializeToElement(
            new { type = WebhookEvents.Completed, timestamp = Sample.Now, data = new { deploymentId = Sample.Deployment.Value } }));

    public static readonly IReadOnlyList<object> All =
    [
        new WebhookBody(Receiver, Events, "Chat room", Enabled: true),
        new WebhookAnswer(true, Webhook),
        new WebhookListResponse(true, [Webhook]),
        new WebhookRemovedResponse(true, Sample.Id),
        new DeliveryAnswer(true, Delivery),
        new DeliveryListResponse(true, [Delivery], null),
    ];
}
