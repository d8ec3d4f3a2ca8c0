using ErrorOr;

namespace Libra.Deploy.Domain.Webhooks;

/// <summary>An address of an organization that is told what becomes of its deployments.</summary>
public sealed class Webhook
{
    /// <summary>How long a replaced secret stays good, so that a receiver can change over without losing a message.</summary>
    public static readonly TimeSpan OldSecretLifetime = TimeSpan.FromHours(24);

    private List<string> _events = [];

    private Webhook()
    {
        OrganizationId = Url = string.Empty;
        Secret = WebhookSecret.New();
    }

    public WebhookId Id { get; private set; }

    public string OrganizationId { get; private set; }

    public string Url { get; private set; }

    /// <summary>What it is told; empty means everything, also what comes later.</summary>
    public IReadOnlyList<string> EventNames => _events;

    public string? Description { get; private set; }

    public WebhookSecret Secret { get; private set; }

    /// <summary>The secret before this one; null when there was none.</summary>
    public WebhookSecret? OldSecret { get; private set; }

    /// <summary>Messages are signed with the old secret as well until then; null when there was none.</summary>
    public DateTimeOffset? OldSecretUntil { get; private set; }

    public bool IsEnabled { get; private set; }

    /// <summary>Why it is switched off, when the service did that; null otherwise.</summary>
    public string? DisabledReason { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Adds a webhook with a secret of its own.</summary>
    public static ErrorOr<Webhook> Create(
        WebhookId id, string organizationId, WebhookSettings settings, WebhookSecret secret, DateTimeOffset now)
    {
        var webhook = new Webhook { Id = id, OrganizationId = organizationId, Secret = secret, CreatedAt = now };
        var changed = webhook.Change(settings, now);
        return changed.IsError ? changed.Errors : webhook;
    }

    /// <summary>Gives it other settings; what is on its way already goes to the new address.</summary>
    public ErrorOr<Success> Change(WebhookSettings settings, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Events.FirstOrDefault(name => !WebhookEvents.All.Contains(name)) is { } unknown)
            return WebhookErrors.UnknownEvent(unknown);

        _events = [.. settings.Events.Distinct(StringComparer.Ordinal)];
        (Url, Description, IsEnabled, UpdatedAt) = (settings.Url, settings.Description, settings.IsEnabled, now);
        if (IsEnabled) DisabledReason = null;
        return Result.Success;
    }

    /// <summary>Signs with another secret from now on; the one before stays good for a day, an older one no longer.</summary>
    public void RotateSecret(WebhookSecret secret, DateTimeOffset now) =>
        (Secret, OldSecret, OldSecretUntil, UpdatedAt) = (secret, Secret, now + OldSecretLifetime, now);

    /// <summary>The signature header of a message, as Standard Webhooks describes it: one signature for each secret that is good.</summary>
    public string Sign(WebhookDeliveryId message, string body, DateTimeOffset now)
    {
        var time = now.ToUnixTimeSeconds();
        var signature = Secret.Sign(message, time, body);
        return OldSecret is not null && now < OldSecretUntil ? $"{signature} {OldSecret.Sign(message, time, body)}" : signature;
    }

    /// <summary>The receiver said that it is gone for good. Safe to repeat.</summary>
    public void SwitchOff(string reason, DateTimeOffset now)
    {
        if (!IsEnabled) return;
        (IsEnabled, DisabledReason, UpdatedAt) = (false, reason, now);
    }

    /// <summary>True when it is to be told of this.</summary>
    public bool Wants(string eventName) => IsEnabled && (_events.Count == 0 || _events.Contains(eventName));
}

/// <summary>What an organization decides about a webhook.</summary>
public sealed record WebhookSettings(string Url, IReadOnlyList<string> Events, string? Description, bool IsEnabled);
