namespace Libra.Deploy.WebApi.Http;

/// <summary>The one shape of every error answer.</summary>
internal sealed record ProblemBody
{
    /// <summary>Always false.</summary>
    public bool Success { get; init; }

    /// <summary>The short text or code that the old services used.</summary>
    public required string Error { get; init; }

    /// <summary>A sentence for a person.</summary>
    public required string Message { get; init; }

    /// <summary>Stable code in UPPER_SNAKE.</summary>
    public required string Code { get; init; }

    /// <summary>What the code needs besides; <see cref="ValidationDetails"/> for a validation error.</summary>
    public object? Details { get; init; }

    /// <summary>Seconds to wait before another try.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Correlation id; the log has the cause under it.</summary>
    public required string RequestId { get; init; }

    /// <summary>When the answer was made.</summary>
    public required DateTimeOffset Timestamp { get; init; }
}

/// <summary>Which fields were refused and why, in the form of the old services.</summary>
/// <param name="FormErrors">What is wrong with the body as a whole.</param>
/// <param name="FieldErrors">What is wrong with each field, by its name.</param>
internal sealed record ValidationDetails(IReadOnlyList<string> FormErrors, IReadOnlyDictionary<string, List<string>> FieldErrors);
