using System.Globalization;
using System.Text.Json;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Finds what valid JSON may hold and PostgreSQL may not: NUL characters and surrogates without their other half.</summary>
internal static class JsonStrings
{
    private static ReadOnlySpan<byte> UnicodeEscape => "\\u"u8;

    /// <summary>True when every key and every string of a valid JSON text can be stored.</summary>
    public static bool AreStorable(ReadOnlySpan<byte> json, int maxDepth)
    {
        if (json.IndexOf(UnicodeEscape) < 0) return true; // both come only as escapes: raw ones are not valid JSON

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        while (reader.Read())
        {
            var isText = reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName;
            if (isText && reader.ValueIsEscaped && !IsStorable(reader.ValueSpan)) return false;
        }

        return true;
    }

    private static bool IsStorable(ReadOnlySpan<byte> escaped)
    {
        var highWaits = false;
        for (var at = 0; at < escaped.Length;)
        {
            var unit = NextUnit(escaped, ref at);
            if (unit == '\0' || char.IsLowSurrogate(unit) != highWaits) return false;
            highWaits = char.IsHighSurrogate(unit);
        }

        return !highWaits;
    }

    // Only \uXXXX matters; any other byte or escape stands for "some harmless character".
    private static char NextUnit(ReadOnlySpan<byte> escaped, ref int at)
    {
        const char Harmless = ' ';
        if (escaped[at] != '\\')
        {
            at++;
            return Harmless;
        }

        if (escaped[at + 1] != 'u')
        {
            at += 2;
            return Harmless;
        }

        var unit = ushort.Parse(escaped.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        at += 6;
        return (char)unit;
    }
}
