using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>
/// As much of JSON Schema as our description uses. Stricter than the standard in one point: an object may have no field that its schema
/// does not name, because what is not described is not true of a complete description.
/// </summary>
internal sealed class JsonSchema(JsonNode document)
{
    /// <summary>What is wrong with a value, one line each; empty when it fits.</summary>
    public IReadOnlyList<string> Problems(JsonNode schema, JsonNode? value)
    {
        var problems = new List<string>();
        Check(Resolve(schema), value, "$", problems);
        return problems;
    }

    /// <summary>The schema itself, where a reference leads.</summary>
    public JsonObject Resolve(JsonNode schema)
    {
        var found = schema.AsObject();
        while ((string?)found["$ref"] is { } reference)
            found = reference.Split('/').Skip(1)
                .Aggregate(document, (node, part) => node[part] ?? throw new FormatException($"{reference} leads nowhere")).AsObject();
        return found;
    }

    private void Check(JsonObject schema, JsonNode? value, string path, List<string> problems)
    {
        foreach (var (keyword, alone) in new[] { ("anyOf", false), ("oneOf", true) })
        {
            if (schema[keyword] is not JsonArray parts) continue;
            var fitting = parts.Count(part => Problems(part!, value).Count == 0);
            if (fitting == 0 || alone && fitting > 1) problems.Add($"{path}: {fitting} of {keyword} fit {Short(value)}");
        }

        if (!HasType(schema["type"], value)) problems.Add($"{path}: expected {schema["type"]!.ToJsonString()}, found {Short(value)}");
        else if (value is JsonObject fields) CheckFields(schema, fields, path, problems);
        else if (value is JsonArray items) CheckItems(schema, items, path, problems);
        else if (value is not null) CheckValue(schema, value.AsValue(), path, problems);
    }

    private void CheckFields(JsonObject schema, JsonObject fields, string path, List<string> problems)
    {
        problems.AddRange(Texts(schema["required"]).Where(name => !fields.ContainsKey(name)).Select(name => $"{path}.{name} is missing"));
        foreach (var (name, value) in fields)
        {
            if ((schema["properties"]?[name] ?? schema["additionalProperties"]) is JsonObject known)
                Check(Resolve(known), value, $"{path}.{name}", problems);
            else if (schema["properties"] is not null) problems.Add($"{path}.{name} is not described");
        }
    }

    private void CheckItems(JsonObject schema, JsonArray items, string path, List<string> problems)
    {
        if (items.Count < ((int?)schema["minItems"] ?? 0) || items.Count > ((int?)schema["maxItems"] ?? int.MaxValue))
            problems.Add($"{path}: {items.Count} items");
        if (schema["items"] is not { } item) return;
        for (var i = 0; i < items.Count; i++) Check(Resolve(item), items[i], $"{path}[{i}]", problems);
    }

    private static void CheckValue(JsonObject schema, JsonValue value, string path, List<string> problems)
    {
        if (schema["enum"] is JsonArray choices && !choices.Any(choice => JsonNode.DeepEquals(choice, value)))
            problems.Add($"{path}: {Short(value)} is none of {choices.ToJsonString()}");
        if (value.GetValueKind() == JsonValueKind.Number)
        {
            var number = value.GetValue<JsonElement>().GetDecimal();
            if (number < ((decimal?)schema["minimum"] ?? decimal.MinValue) || number > ((decimal?)schema["maximum"] ?? decimal.MaxValue))
                problems.Add($"{path}: {number} is out of bounds");
        }

        if (value.GetValueKind() != JsonValueKind.String) return;
        var text = value.GetValue<string>();
        if (text.Length < ((int?)schema["minLength"] ?? 0) || text.Length > ((int?)schema["maxLength"] ?? int.MaxValue))
            problems.Add($"{path}: {text.Length} characters");
        if (!HasFormat((string?)schema["format"], text)) problems.Add($"{path}: {Short(value)} is no {schema["format"]}");
        if ((string?)schema["pattern"] is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(1)))
            problems.Add($"{path}: {Short(value)} is not like {pattern}");
    }

    private static bool HasType(JsonNode? type, JsonNode? value) => type is null || Texts(type).Any(name => name switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && decimal.IsInteger(value.GetValue<JsonElement>().GetDecimal()),
        _ => throw new FormatException($"There is no type {name}."),
    });

    private static bool HasFormat(string? format, string text) => format switch
    {
        "date-time" => DateTimeOffset.TryParseExact(
            text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        "uuid" => Guid.TryParseExact(text, "D", out _),
        _ => true,
    };

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray many => many.Select(one => (string)one!),
        _ => [(string)node!],
    };

    private static string Short(JsonNode? value) => value?.ToJsonString() is { } text ? text[..Math.Min(text.Length, 80)] : "null";
}
