using ErrorOr;
using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.Domain.Access;

/// <summary>Every refusal of the Access module; codes are those of docs/api.md.</summary>
public static class AccessErrors
{
    public static Error NoScope { get; } = FieldErrors.Of("scopes", "A token needs at least one scope.");

    public static Error ExpiryInThePast { get; } = FieldErrors.Of("expiresAt", "A token must expire in the future.");

    public static Error BoundAdmin { get; } =
        FieldErrors.Of("organizationId", "A token with the scope admin is good for all organizations and cannot be bound to one.");

    public static Error UnknownScope(string scope) =>
        FieldErrors.Of(
            "scopes", $"There is no scope '{scope}': choose from {string.Join(", ", Scopes.All.Order(StringComparer.Ordinal))}.");

    public static Error TokenNotFound(string id) => Error.NotFound("NOT_FOUND", $"Token {id} does not exist.");

    public static Error AlreadyRevoked(ApiTokenId id) => Error.Conflict("INVALID_STATE", $"Token {id} is already revoked.");
}
