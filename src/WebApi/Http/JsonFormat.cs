using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Application.Common;

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
}
