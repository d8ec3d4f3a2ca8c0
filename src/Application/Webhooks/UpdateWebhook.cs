using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Webhooks;
using MediatR;

namespace Libra.Deploy.Application.Webhooks;

/// <summary>Changes the given fields of a webhook's settings; null leaves a part as it is.</summary>
public sealed record UpdateWebhookCommand(
    string OrganizationId, WebhookId Id, string? Url, IReadOnlyList<string>? Events, string? Description,
    bool? IsEnabled) : IRequest<ErrorOr<WebhookView>>, ITransactional;

internal sealed class UpdateWebhookValidator : AbstractValidator<UpdateWebhookCommand>
{
    public UpdateWebhookValidator()
    {
        RuleFor(command => command.Url).MaximumLength(WebhookLimits.LongestUrl).OverridePropertyName("url");
        RuleFor(command => command.Description).MaximumLength(WebhookLimits.LongestDescription).OverridePropertyName("description");
    }
}

internal sealed class UpdateWebhookHandler(IWebhookRepository webhooks, IWebhookSender sender, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<UpdateWebhookCommand, ErrorOr<WebhookView>>
{
    public async Task<ErrorOr<WebhookView>> Handle(UpdateWebhookCommand command, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.FindForUpdateAsync(command.OrganizationId, command.Id, cancellationToken);
        if (webhook is null) return WebhookErrors.NotFound(command.Id.ToString());

        var settings = new WebhookSettings(
            command.Url ?? webhook.Url, command.Events ?? webhook.EventNames, command.Description ?? webhook.Description,
            command.IsEnabled ?? webhook.IsEnabled);
        if (sender.CheckAddress(settings.Url) is { IsError: true } refused) return refused.Errors;
        if (webhook.Change(settings, clock.GetUtcNow()) is { IsError: true } wrong) return wrong.Errors;

        await work.CommitAsync(cancellationToken);
        return WebhookView.Of(webhook);
    }
}
