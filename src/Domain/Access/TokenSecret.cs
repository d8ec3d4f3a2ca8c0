using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Libra.Deploy.Domain.Access;

/// <summary>The secret half of an API token: <c>ldt_</c> and 256 random bits. Its text leaves only through <see cref="Reveal"/>.</summary>
public sealed class TokenSecret
{
    /// <summary>How every token starts, so that people and secret scanners know one when they see it.</summary>
    public const string Mark = "ldt_";

    private const int SecretBytes = 32;
    private const int ShownCharacters = 8;
    private static readonly int TextLength = Mark.Length + Base64Url.GetEncodedLength(SecretBytes);

    private readonly string _text;

    private TokenSecret(string text) => _text = text;

    /// <summary>The start of the token that may be shown, by which its owner recognises it.</summary>
    public string Prefix => _text[..(Mark.Length + ShownCharacters)];

    /// <summary>Makes a secret that nobody can guess.</summary>
    public static TokenSecret New() => new(Mark + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes)));

    /// <summary>Reads what a client sent; null when it does not look like a token.</summary>
    public static TokenSecret? TryParse(string? text) =>
        text?.Length == TextLength && text.StartsWith(Mark, StringComparison.Ordinal) && Base64Url.IsValid(text.AsSpan(Mark.Length))
            ? new TokenSecret(text)
            : null;

    /// <summary>What is stored of it. The secret is random and long, so one round of SHA-256 cannot be turned back.</summary>
    public TokenHash Hash() => new(SHA256.HashData(Encoding.ASCII.GetBytes(_text)));

    /// <summary>The whole token, for the one answer that hands it out.</summary>
    public string Reveal() => _text;

    /// <inheritdoc />
    public override string ToString() => Prefix + "…";
}
