using ErrorOr;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;

namespace Libra.Deploy.WebApi.Webhooks;

/// <summary>Webhooks of an organization, what they were told, and telling it again.</summary>
internal static class WebhookEndpoints
{
    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var webhooks = routes.MapGroup("/organizations/{orgId}/webhooks").WithTags("Webhooks")
            .Path("orgId", "The organization.").AddEndpointFilter(RefuseForeign);
        webhooks.MapPost("", Create).RequireScope(Scopes.ProjectsWrite).Takes<WebhookBody>()
            .Answers<WebhookAnswer>("createWebhook", "Adds a webhook and shows its secret once", "INVALID_STATE")
            .WithAnswerHeader("Location", "Where the webhook is.");
        webhooks.MapGet("", List).RequireScope(Scopes.DeploymentsRead).Answers<WebhookListResponse>("listWebhooks", "Lists webhooks");
        MapOne(webhooks.MapGroup("/{id}").Path("id", "The webhook."));
    }

    private static void MapOne(RouteGroupBuilder webhook)
    {
        webhook.MapGet("", Find).RequireScope(Scopes.DeploymentsRead)
            .Answers<WebhookAnswer>("getWebhook", "Shows a webhook", "NOT_FOUND");
        webhook.MapPut("", Change).RequireScope(Scopes.ProjectsWrite).Takes<WebhookBody>()
            .Answers<WebhookAnswer>("changeWebhook", "Changes the given fields of a webhook", "NOT_FOUND");
        webhook.MapDelete("", Remove).RequireScope(Scopes.ProjectsWrite)
            .Answers<WebhookRemovedResponse>("removeWebhook", "Removes a webhook and its deliveries", "NOT_FOUND");
        webhook.MapPost("/secret", Rotate).RequireScope(Scopes.ProjectsWrite)
            .Answers<WebhookAnswer>(
                "rotateWebhookSecret", "Makes a new secret and shows it once; the old one stays good for a day", "NOT_FOUND");
        webhook.MapGet("/deliveries", Deliveries).RequireScope(Scopes.DeploymentsRead).WithDeliveryParameters()
            .Answers<DeliveryListResponse>("listWebhookDeliveries", "Lists what a webhook was told, newest first", "NOT_FOUND");
        webhook.MapPost("/deliveries/{deliveryId}/replay", Replay).RequireScope(Scopes.ProjectsWrite).Path("deliveryId", "The delivery.")
            .Answers<DeliveryAnswer>("replayWebhookDelivery", "Sends a message again", "NOT_FOUND", "INVALID_STATE");
    }

    // An organization that the caller does not belong to looks the same whether it exists or not.
    private static async ValueTask<object?> RefuseForeign(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        context.HttpContext.Caller().MaySee((string)context.HttpContext.GetRouteValue("orgId")!)
            ? await next(context)
            : Problems.Forbidden.ToProblem();

    private static async Task<IResult> Create(string orgId, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var settings = WebhookRequests.ReadNew(body.Value.Root);
        if (settings.IsError) return settings.Errors.ToProblem();

        var created = await mediator.Send(new CreateWebhookCommand(orgId, settings.Value), cancellationToken);
        if (created.IsError) return created.Errors.ToProblem();

        http.Response.Headers.Location = $"/organizations/{Uri.EscapeDataString(orgId)}/webhooks/{created.Value.Webhook.Id}";
        return WithSecret(http, created.Value);
    }

    private static async Task<IResult> Rotate(
        string orgId, string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var rotated = await mediator.SendAboutAsync(
            RouteIds.Webhook(id), webhook => new RotateWebhookSecretCommand(orgId, webhook), cancellationToken);
        return rotated.Match(made => WithSecret(http, made), errors => errors.ToProblem());
    }

    private static async Task<IResult> List(string orgId, IMediator mediator, CancellationToken cancellationToken)
    {
        var listed = await mediator.Send(new ListWebhooksQuery(orgId), cancellationToken);
        return listed.Match(
            webhooks => Results.Ok(new WebhookListResponse(true, [.. webhooks.Select(WebhookResponse.Of)])), errors => errors.ToProblem());
    }

    private static async Task<IResult> Find(string orgId, string id, IMediator mediator, CancellationToken cancellationToken) =>
        Answer(await mediator.SendAboutAsync(RouteIds.Webhook(id), webhook => new GetWebhookQuery(orgId, webhook), cancellationToken));

    private static async Task<IResult> Change(
        string orgId, string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var webhook = RouteIds.Webhook(id);
        if (webhook.IsError) return webhook.Errors.ToProblem();

        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var command = WebhookRequests.ReadChange(orgId, webhook.Value, body.Value.Root);
        return command.IsError ? command.Errors.ToProblem() : Answer(await mediator.Send(command.Value, cancellationToken));
    }

    private static async Task<IResult> Remove(string orgId, string id, IMediator mediator, CancellationToken cancellationToken)
    {
        var webhook = RouteIds.Webhook(id);
        if (webhook.IsError) return webhook.Errors.ToProblem();

        var removed = await mediator.Send(new DeleteWebhookCommand(orgId, webhook.Value), cancellationToken);
        return removed.Match(_ => Results.Ok(new WebhookRemovedResponse(true, webhook.Value.Value)), errors => errors.ToProblem());
    }

    private static async Task<IResult> Deliveries(
        string orgId, string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var webhook = RouteIds.Webhook(id);
        if (webhook.IsError) return webhook.Errors.ToProblem();

        var filter = WebhookRequests.ReadFilter(http.Request.Query);
        if (filter.IsError) return filter.Errors.ToProblem();

        var page = await mediator.Send(new ListWebhookDeliveriesQuery(orgId, webhook.Value, filter.Value), cancellationToken);
        return page.Match(
            found => Results.Ok(new DeliveryListResponse(true, [.. found.Deliveries.Select(DeliveryResponse.Of)], found.Next?.ToString())),
            errors => errors.ToProblem());
    }

    private static async Task<IResult> Replay(
        string orgId, string id, string deliveryId, IMediator mediator, CancellationToken cancellationToken)
    {
        var webhook = RouteIds.Webhook(id);
        if (webhook.IsError) return webhook.Errors.ToProblem();

        var replayed = await mediator.SendAboutAsync(
            RouteIds.WebhookDelivery(deliveryId), delivery => new ReplayWebhookDeliveryCommand(orgId, webhook.Value, delivery),
            cancellationToken);
        return replayed.Match(view => Results.Ok(new DeliveryAnswer(true, DeliveryResponse.Of(view))), errors => errors.ToProblem());
    }

    private static IResult WithSecret(HttpContext http, CreatedWebhook made)
    {
        http.Response.Headers.CacheControl = "no-store"; // no other answer ever has this secret in it
        return Results.Ok(new WebhookAnswer(true, WebhookResponse.Of(made.Webhook), made.Secret.Reveal()));
    }

    private static IResult Answer(ErrorOr<WebhookView> webhook) =>
        webhook.Match(view => Results.Ok(new WebhookAnswer(true, WebhookResponse.Of(view))), errors => errors.ToProblem());
}
