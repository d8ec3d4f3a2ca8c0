namespace Libra.Deploy.Application.Idempotency;

/// <summary>How long keys are remembered.</summary>
public sealed class IdempotencyOptions
{
    /// <summary>After this time a key may be used for something else.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);
}
