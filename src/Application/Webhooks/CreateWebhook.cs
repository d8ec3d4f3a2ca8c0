using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Common;
using Libra.Deploy.Domain.Webhooks;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Adds a webhook; the answer is the only one that ever holds its secret.</summary>
public sealed record CreateWebhookCommand(string OrganizationId, WebhookSettings Settings)
    : IRequest<ErrorOr<CreatedWebhook>>, ITransactional;

/// <summary>A webhook and the new key to check its messages with.</summary>
public sealed record CreatedWebhook(WebhookView Webhook, WebhookSecret Secret);

internal sealed class CreateWebhookValidator : AbstractValidator<CreateWebhookCommand>
{
    public CreateWebhookValidator()
    {
        RuleFor(command => command.OrganizationId).NotEmpty().MaximumLength(FieldLimits.LongestId).OverridePropertyName("orgId");
        RuleFor(command => command.Settings.Url).MaximumLength(WebhookLimits.LongestUrl).OverridePropertyName("url");
        RuleFor(command => command.Settings.Description)
            .MaximumLength(WebhookLimits.LongestDescription).OverridePropertyName("description");
    }
}

internal sealed class CreateWebhookHandler(
    IWebhookRepository webhooks, IWebhookSender sender, IUnitOfWork work, IOptions<WebhookOptions> options, TimeProvider clock)
    : IRequestHandler<CreateWebhookCommand, ErrorOr<CreatedWebhook>>
{
    public async Task<ErrorOr<CreatedWebhook>> Handle(CreateWebhookCommand command, CancellationToken cancellationToken)
    {
        if (sender.CheckAddress(command.Settings.Url) is { IsError: true } refused) return refused.Errors;

        var present = await webhooks.CountForUpdateAsync(command.OrganizationId, cancellationToken);
        if (present >= options.Value.MaxPerOrganization) return WebhookErrors.TooMany(options.Value.MaxPerOrganization);

        var now = clock.GetUtcNow();
        var secret = WebhookSecret.New();
        var webhook = Webhook.Create(WebhookId.New(now), command.OrganizationId, command.Settings, secret, now);
        if (webhook.IsError) return webhook.Errors;

        webhooks.Add(webhook.Value);
        await work.CommitAsync(cancellationToken);
        return new CreatedWebhook(WebhookView.Of(webhook.Value), secret);
    }
}
