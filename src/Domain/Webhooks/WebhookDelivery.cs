using ErrorOr;

namespace Libra.Deploy.Domain.Webhooks;

/// <summary>How a delivery stands.</summary>
public enum DeliveryStatus
{
    /// <summary>Not received yet; it is tried, or tried again, when it is due.</summary>
    Pending,
    Delivered,

    /// <summary>Given up after a day.</summary>
    Failed,
}

/// <summary>
/// One message to one webhook. It is written in the transaction that caused it, so it is sent if and only if that happened, and it
/// keeps a log of its attempts.
/// </summary>
public sealed class WebhookDelivery
{
    /// <summary>How long a message is tried.</summary>
    public static readonly TimeSpan Persistence = TimeSpan.FromHours(24);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8),
    ];

    private WebhookDelivery()
    {
        EventName = Body = string.Empty;
        Attempts = [];
    }

    public WebhookDeliveryId Id { get; private set; }

    public WebhookId WebhookId { get; private set; }

    public string EventName { get; private set; }

    /// <summary>The JSON that is sent, the same at every attempt.</summary>
    public string Body { get; private set; }

    public DeliveryStatus Status { get; private set; }

    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>When it is tried next; null once it is delivered or given up.</summary>
    public DateTimeOffset? DueAt { get; private set; }

    /// <summary>Attempts that begin after this are not made any more.</summary>
    public DateTimeOffset GiveUpAt { get; private set; }

    /// <summary>What was tried, oldest first.</summary>
    public IReadOnlyList<DeliveryAttempt> Attempts { get; private set; }

    /// <summary>Attempts since it was written or last replayed.</summary>
    public int Round { get; private set; }

    /// <summary>Writes a message that is due at once.</summary>
    public static WebhookDelivery Write(WebhookDeliveryId id, WebhookId webhook, string eventName, string body, DateTimeOffset now) => new()
    {
        Id = id,
        WebhookId = webhook,
        EventName = eventName,
        Body = body,
        CreatedAt = now,
        DueAt = now,
        GiveUpAt = now + Persistence,
    };

    /// <summary>Notes an attempt. One that failed is repeated later, with growing pauses, until a day is over.</summary>
    /// <param name="jitter">0 to 1: spreads the next attempts of many messages that failed together.</param>
    public ErrorOr<Success> Record(DeliveryAttempt attempt, double jitter)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (Status != DeliveryStatus.Pending) return WebhookErrors.DeliveryEnded(Id, Status);

        Attempts = [.. Attempts, attempt];
        var next = attempt.At + PauseBefore(Round++, jitter);
        if (attempt.Succeeded) (Status, DueAt) = (DeliveryStatus.Delivered, null);
        else if (next > GiveUpAt) (Status, DueAt) = (DeliveryStatus.Failed, null);
        else DueAt = next;
        return Result.Success;
    }

    /// <summary>Gives it up: its receiver is gone for good.</summary>
    public void GiveUp() => (Status, DueAt) = (DeliveryStatus.Failed, null);

    /// <summary>Its receiver is switched off: it waits for that to be switched on again, no longer than it would be tried.</summary>
    public void WaitForReceiver(DateTimeOffset now)
    {
        if (Status == DeliveryStatus.Pending && now >= GiveUpAt) GiveUp();
    }

    /// <summary>Sends the same message again, now, and for another day if need be. A waiting one no longer waits.</summary>
    public void Replay(DateTimeOffset now) => (Status, DueAt, GiveUpAt, Round) = (DeliveryStatus.Pending, now, now + Persistence, 0);

    private static TimeSpan PauseBefore(int round, double jitter) => Pauses[Math.Min(round, Pauses.Length - 1)] * (1 + 0.2 * jitter);
}

/// <summary>One attempt to deliver.</summary>
/// <param name="StatusCode">What the receiver answered; null when it did not.</param>
/// <param name="Error">Why it counts as failed; null when it was received.</param>
/// <param name="Duration">Milliseconds.</param>
public sealed record DeliveryAttempt(DateTimeOffset At, int? StatusCode, string? Error, long Duration)
{
    public bool Succeeded => Error is null;
}
