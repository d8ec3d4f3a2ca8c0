using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.WebUtilities;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>Tokens of the form that Cloudflare's have; wrangler looks into them.</summary>
internal static class Jwt
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    public static string New(string kind, string session)
    {
        var payload = new JsonObject { ["kind"] = kind, ["session"] = session, ["exp"] = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds() };
        var text = $"{Encoded("""{"alg":"HS256","typ":"JWT"}"""u8)}.{Encoded(Encoding.UTF8.GetBytes(payload.ToJsonString()))}";
        return $"{text}.{SignatureOf(text)}";
    }

    /// <summary>The session that a token of this kind is for; null when it is not such a token.</summary>
    public static string? SessionOf(string? token, string kind)
    {
        if (token?.Split('.') is not [var head, var body, var signature] || signature != SignatureOf($"{head}.{body}")) return null;
        var payload = JsonNode.Parse(WebEncoders.Base64UrlDecode(body))!;
        return (string)payload["kind"]! == kind ? (string)payload["session"]! : null;
    }

    private static string SignatureOf(string text) => Encoded(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(text)));

    private static string Encoded(ReadOnlySpan<byte> bytes) => WebEncoders.Base64UrlEncode(bytes);
}
