using System.Security.Cryptography;

namespace Libra.Deploy.Domain.Access;

/// <summary>SHA-256 of a token secret; all that the service keeps of it.</summary>
public sealed class TokenHash : IEquatable<TokenHash>
{
    private readonly byte[] _bytes;

    public TokenHash(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, SHA256.HashSizeInBytes);
        _bytes = [.. bytes];
    }

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToBytes() => [.. _bytes];

    /// <summary>Compares in a time that tells nothing about where two hashes differ.</summary>
    public bool Equals(TokenHash? other) => other is not null && CryptographicOperations.FixedTimeEquals(_bytes, other._bytes);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as TokenHash);

    /// <inheritdoc />
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);
}
