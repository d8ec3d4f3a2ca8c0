using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>
/// Writes what an organization's webhooks are to be told, in the transaction that caused it: a message is sent if and only if the
/// change stands, and no crash in between loses it.
/// </summary>
internal sealed class AnnounceDeployment(IWebhookRepository webhooks, IDeploymentRepository deployments, TimeProvider clock) :
    INotificationHandler<DomainEventNotification<DeploymentAccepted>>,
    INotificationHandler<DomainEventNotification<DeploymentStarted>>,
    INotificationHandler<DomainEventNotification<DeploymentFinished>>
{
    public Task Handle(DomainEventNotification<DeploymentAccepted> notification, CancellationToken cancellationToken) =>
        WriteAsync(notification.Event.Id, notification.Event.OrganizationId, WebhookEvents.Queued, cancellationToken);

    public Task Handle(DomainEventNotification<DeploymentStarted> notification, CancellationToken cancellationToken) =>
        WriteAsync(notification.Event.Id, notification.Event.OrganizationId, WebhookEvents.Started, cancellationToken);

    public Task Handle(DomainEventNotification<DeploymentFinished> notification, CancellationToken cancellationToken) =>
        WriteAsync(notification.Event.Id, notification.Event.OrganizationId, NameOf(notification.Event.Status), cancellationToken);

    private async Task WriteAsync(DeploymentId id, string organization, string eventName, CancellationToken cancellationToken)
    {
        var told = (await webhooks.ListAsync(organization, cancellationToken)).Where(webhook => webhook.Wants(eventName)).ToList();
        if (told.Count == 0) return;

        var kept = await webhooks.KeepAsync(told, cancellationToken);
        var deployment = await deployments.FindAsync(id, cancellationToken)
            ?? throw new InvalidOperationException($"Deployment {id} raised an event and is not stored.");
        var now = clock.GetUtcNow();
        var body = WebhookMessage.Of(eventName, deployment, now).ToJson();
        foreach (var webhook in kept)
            webhooks.Add(WebhookDelivery.Write(WebhookDeliveryId.New(now), webhook.Id, eventName, body, now));
    }

    private static string NameOf(DeploymentStatus ended) => ended switch
    {
        DeploymentStatus.Completed => WebhookEvents.Completed,
        DeploymentStatus.Cancelled => WebhookEvents.Cancelled,
        _ => WebhookEvents.Failed,
    };
}
