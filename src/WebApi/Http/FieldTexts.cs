using System.Globalization;
using System.Text.Json;

namespace Libra.Deploy.WebApi.Http;

/// <summary>The sentences that say what is wrong with a field; clients of the old services know them.</summary>
internal static class FieldTexts
{
    public const string NoTime = "Invalid ISO datetime";

    public const string ControlCharacter = "Invalid input: control characters are not allowed";

    public static string Missing(string expected) => $"Invalid input: expected {expected}, received undefined";

    public static string Expected(string expected, JsonElement received) =>
        $"Invalid input: expected {expected}, received {Name(received.ValueKind)}";

    public static string NoneOf(IEnumerable<string> choices) =>
        $"Invalid option: expected one of {string.Join('|', choices.Select(choice => $"\"{choice}\""))}";

    public static string TooLong(int max) =>
        string.Create(CultureInfo.InvariantCulture, $"Too big: expected string to have <={max} characters");

    public static string TooMany(int max) => string.Create(CultureInfo.InvariantCulture, $"Too big: expected array to have <={max} items");

    public static string TooSmall(long min) => string.Create(CultureInfo.InvariantCulture, $"Too small: expected number to be >={min}");

    public static string TooBig(long max) => string.Create(CultureInfo.InvariantCulture, $"Too big: expected number to be <={max}");

    /// <summary>Reads an ISO 8601 time; without an offset it is UTC.</summary>
    public static bool TryTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParseExact(
        text,
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"],
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out time);

    private static string Name(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.Null => "null",
        _ => "undefined",
    };
}
