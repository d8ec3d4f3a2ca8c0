using ErrorOr;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Ids in addresses: text that is not an id names nothing, so it is answered as an id that nobody knows.</summary>
internal static class RouteIds
{
    public static ErrorOr<DeploymentId> Deployment(string id) =>
        DeploymentId.TryParse(id) is { } known ? known : DeploymentErrors.NotFound(id);

    public static ErrorOr<DeadLetterId> DeadLetter(string id) =>
        DeadLetterId.TryParse(id) is { } known ? known : DeadLetterErrors.NotFound(id);

    public static ErrorOr<WebhookId> Webhook(string id) => WebhookId.TryParse(id) is { } known ? known : WebhookErrors.NotFound(id);

    public static ErrorOr<WebhookDeliveryId> WebhookDelivery(string id) =>
        WebhookDeliveryId.TryParse(id) is { } known ? known : WebhookErrors.DeliveryNotFound(id);

    /// <summary>Sends what is asked about the one that an address names.</summary>
    public static async Task<ErrorOr<TAnswer>> SendAboutAsync<TId, TAnswer>(
        this IMediator mediator, ErrorOr<TId> id, Func<TId, IRequest<ErrorOr<TAnswer>>> request, CancellationToken cancellationToken) =>
        id.IsError ? id.Errors : await mediator.Send(request(id.Value), cancellationToken);
}
