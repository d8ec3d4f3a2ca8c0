using System.Buffers;
using System.Text;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>Finds runs of base64 that decode to text with a credential in it, whoever's it is.</summary>
internal static class EncodedTokens
{
    private const int Shortest = 24; // of a run: no shape that is looked for is shorter once encoded
    private const int Group = 4; // characters that encode three bytes
    private const int Glance = 2 * Group; // enough to tell most hashes, names and paths from text

    private static readonly SearchValues<char> Base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_");

    public static void Find(ReadOnlySpan<char> text, SecretSpans found)
    {
        for (var start = 0; start < text.Length;)
        {
            var skip = text[start..].IndexOfAny(Base64);
            if (skip < 0) return;

            start += skip;
            var length = text[start..].IndexOfAnyExcept(Base64) is >= 0 and var end ? end : text.Length - start;
            if (length >= Shortest && HoldsToken(text.Slice(start, length))) found.Add(start, start + length);
            start += length;
        }
    }

    private static bool HoldsToken(ReadOnlySpan<char> run) =>
        Decode(run[..Glance]) is not null && Decode(run) is { } decoded && TokenShapes.IsIn(decoded);

    /// <summary>Null when it is not encoded text: a hash, an identifier, or the path of a file.</summary>
    private static string? Decode(ReadOnlySpan<char> run)
    {
        // Filled up to a whole group with zeroes, so that no padding is needed; what they add at the end is left out.
        var length = (run.Length + Group - 1) / Group * Group;
        var standard = length <= Glance ? stackalloc char[Glance] : new char[length];
        var bytes = length <= Glance ? stackalloc byte[Glance] : new byte[length];
        standard.Fill('A');
        run.CopyTo(standard);
        standard.Replace('-', '+');
        standard.Replace('_', '/');
        if (!Convert.TryFromBase64Chars(standard[..length], bytes, out _)) return null;

        var content = bytes[..(run.Length * 6 / 8)];
        return content.ContainsAnyExceptInRange((byte)'\t', (byte)'~') ? null : Encoding.ASCII.GetString(content);
    }
}
