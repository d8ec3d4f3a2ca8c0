using ErrorOr;

namespace Libra.Deploy.Application.Idempotency;

/// <summary>Every refusal that a key brings; codes are those of docs/api.md.</summary>
public static class IdempotencyErrors
{
    public static Error Conflict { get; } =
        Error.Conflict("IDEMPOTENCY_CONFLICT", "This Idempotency-Key was used for another request. Send a new key with a new request.");
}
