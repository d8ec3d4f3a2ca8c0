namespace Libra.Deploy.Domain.Webhooks;

/// <summary>Identity of a webhook.</summary>
public readonly record struct WebhookId(Guid Value)
{
    /// <summary>Makes an id; ids sort by the time they were made.</summary>
    public static WebhookId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads an id that a client sent; null when it does not look like one.</summary>
    public static WebhookId? TryParse(string? text) => Guid.TryParseExact(text, "D", out var value) ? new WebhookId(value) : null;

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");
}

/// <summary>Identity of a delivery; receivers see it as the id of the message, the same at every attempt.</summary>
public readonly record struct WebhookDeliveryId(Guid Value)
{
    /// <summary>Makes an id; ids sort by the time they were made.</summary>
    public static WebhookDeliveryId New(DateTimeOffset now) => new(Guid.CreateVersion7(now));

    /// <summary>Reads an id that a client sent; null when it does not look like one.</summary>
    public static WebhookDeliveryId? TryParse(string? text) =>
        Guid.TryParseExact(text, "D", out var value) ? new WebhookDeliveryId(value) : null;

    /// <inheritdoc />
    public override string ToString() => Value.ToString("D");
}
