using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Libra.Deploy.Application.Idempotency;

/// <summary>What a client sent as <c>Idempotency-Key</c>.</summary>
/// <param name="Text">1 to 255 visible ASCII characters.</param>
/// <param name="Operation">What it was sent to: the same key counts anew for another operation, and for each place in a batch.</param>
public sealed record IdempotencyKey(string Text, string Operation = "deploy")
{
    /// <summary>Longest key.</summary>
    public const int MaxLength = 255;

    /// <summary>True when the text has the form of a key.</summary>
    public bool IsWellFormed => Text.Length is > 0 and <= MaxLength && !Text.AsSpan().ContainsAnyExceptInRange('!', '~');
}

/// <summary>A key as one organization used it for one request.</summary>
/// <param name="RequestDigest">SHA-256 of what was asked for.</param>
public sealed record IdempotencyClaim(string OrganizationId, IdempotencyKey Key, byte[] RequestDigest)
{
    // Fields that are not set are left out, so that a later version with more of them still knows the requests of this one.
    private static readonly JsonSerializerOptions Canonical = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <param name="request">What was asked for, without what differs between two sendings of the same request.</param>
    public static IdempotencyClaim For<TRequest>(string organizationId, IdempotencyKey key, TRequest request) =>
        new(organizationId, key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Canonical)));
}
