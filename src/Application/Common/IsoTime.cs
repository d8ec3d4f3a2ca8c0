using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Libra.Deploy.Application.Common;

/// <summary>A time as everybody outside reads it: UTC, in milliseconds, for instance <c>2026-11-23T09:29:40.785Z</c>.</summary>
public sealed class IsoTime : JsonConverter<DateTimeOffset>
{
    /// <summary>The form, for whoever formats a time in UTC itself.</summary>
    public const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <summary>The time in this form.</summary>
    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Of(value));
}
