using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Libra.Deploy.WebApi.Http;

/// <summary>How our JSON looks: camelCase, absent instead of null, times in UTC with three decimals.</summary>
internal static class JsonFormat
{
    /// <summary>Applies the rules.</summary>
    public static void Apply(JsonSerializerOptions json)
    {
        json.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        json.NumberHandling = JsonNumberHandling.Strict; // the web's default reads "7" as 7, and our description would have to say so
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        // Answers are never put into a page unescaped, so quotes and umlauts may stay readable.
        json.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        json.Converters.Add(new IsoTime());
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
    }

    /// <summary>A time as clients get it, for instance <c>2026-11-23T09:29:40.785Z</c>.</summary>
    public static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class IsoTime : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Iso(value));
    }
}
