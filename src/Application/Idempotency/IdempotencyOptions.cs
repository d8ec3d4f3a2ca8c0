using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Application.Idempotency;

/// <summary>How long keys are remembered.</summary>
public sealed class IdempotencyOptions : IValidatableObject
{
    /// <summary>After this time a key may be used for something else.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Lifetime <= TimeSpan.Zero || Lifetime > TimeSpan.FromDays(365))
            yield return new ValidationResult("Idempotency:Lifetime must be longer than 0, and 365 days at most.");
    }
}
