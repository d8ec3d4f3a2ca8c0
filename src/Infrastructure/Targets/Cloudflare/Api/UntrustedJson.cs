using System.Text.Json;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

/// <summary>Reads answers of a service that may send anything: what is missing or of another kind is null or empty.</summary>
internal static class UntrustedJson
{
    public static JsonElement? Property(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    public static string? Text(this JsonElement json, string name) =>
        json.Property(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static int? Number(this JsonElement json, string name) =>
        json.Property(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    public static bool IsTrue(this JsonElement json, string name) => json.Property(name) is { ValueKind: JsonValueKind.True };

    public static bool IsFalse(this JsonElement json, string name) => json.Property(name) is { ValueKind: JsonValueKind.False };

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Property(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static IEnumerable<string> Texts(this JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? json.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)
        : [];
}
