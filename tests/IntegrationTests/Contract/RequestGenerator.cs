using System.Text;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>A request as a client might send it that has read the description, or has only heard of it.</summary>
internal sealed record GeneratedRequest(
    DescribedOperation Operation, string Address, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body, string? ContentType)
{
    public override string ToString() =>
        $"{Operation.Method} {Short(Address)} {ContentType} {(Body is null ? "" : Short(Encoding.UTF8.GetString(Body)))}";

    private static string Short(string text) => text.Length <= 300 ? text : $"{text[..300]}… ({text.Length})";
}

/// <summary>Draws requests from the description: half of them as it says, half of them spoilt.</summary>
/// <param name="known">Values of fields and parameters that name something which is there.</param>
internal sealed class RequestGenerator(OpenApiDescription api, Random random, IReadOnlyDictionary<string, string> known)
{
    private const int Deepest = 4;

    private static readonly string[] OtherTypes =
        ["text/plain", "application/xml", "application/json; charset=utf-16", "*/*", "multipart/form-data; boundary=x"];

    private static readonly string[] HeaderTexts = ["", "a b", "*", "\"x\"", "-1", "99999999999999999999", new string('k', 300)];

    private static readonly string[] Texts =
        ["", "x", "index.html", "../../etc/passwd", "ä€𝄞", "a b", "'; DROP TABLE x; --", "<script>", "%s%n", "{{7*7}}", "\u0001", "\u202e",
            new string('y', 300), new string('z', 70_000)];

    // A longer address is refused by the server before anything of ours sees it.
    private static readonly string[] LineTexts = [.. Texts.Where(text => text.Length < 1_000)];

    private static readonly string[] PathTexts = ["x", "-1", "null", "%20", "%C3%A9", "%01", "%FF%FE", "'--", new string('y', 300)];

    public GeneratedRequest Draw(DescribedOperation operation)
    {
        var (body, type) = operation.Body is { } media ? BodyOf(media) : (null, null);
        return new GeneratedRequest(operation, AddressOf(operation), HeadersOf(operation), body, type);
    }

    private string AddressOf(DescribedOperation operation)
    {
        var address = operation.Path;
        var query = new List<string>();
        foreach (var parameter in operation.Parameters)
        {
            var name = (string)parameter["name"]!;
            if ((string?)parameter["in"] == "path")
            {
                var value = Chance(70) ? known[$"{operation.Path.Split('/')[1]}.{name}"] : Pick(PathTexts);
                address = address.Replace($"{{{name}}}", value, StringComparison.Ordinal);
            }
            else if ((string?)parameter["in"] == "query" && Chance(40))
                query.Add($"{name}={Uri.EscapeDataString(ParameterValue(name, parameter["schema"]!))}");
        }

        return query.Count == 0 ? address : $"{address}?{string.Join('&', query)}";
    }

    private IReadOnlyList<(string, string)> HeadersOf(DescribedOperation operation) =>
    [
        .. from parameter in operation.Parameters
           where (string?)parameter["in"] == "header" && Chance(30)
           select ((string)parameter["name"]!, Chance(50) ? Guid.NewGuid().ToString() : Pick(HeaderTexts)),
    ];

    private string ParameterValue(string name, JsonNode schema)
    {
        if (Chance(30)) return Pick(LineTexts);
        if (Value(schema, name, depth: 0) is not { } value) return "";
        return value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
    }

    private (byte[]? Body, string? Type) BodyOf(JsonObject media)
    {
        var body = Value(media["schema"]!, name: "", depth: 0);
        if (Chance(50)) return (Encoding.UTF8.GetBytes(body!.ToJsonString()), "application/json");
        if (Chance(50)) body = Spoil(body!);
        return random.Next(12) switch
        {
            0 => (null, null),
            1 => ([], "application/json"),
            2 => (Encoding.UTF8.GetBytes(body!.ToJsonString()), Pick(OtherTypes)),
            _ => (SpoiltText(body!.ToJsonString()), "application/json"),
        };
    }

    private JsonNode? Value(JsonNode schema, string name, int depth)
    {
        var form = api.Schema.Resolve(schema);
        if (known.TryGetValue(name, out var id) && Chance(80)) return id;
        if (form["enum"] is JsonArray choices) return Pick([.. choices])!.DeepClone();
        if ((form["anyOf"] ?? form["oneOf"]) is JsonArray parts) return Value(Pick([.. parts])!, name, depth);
        return TypeOf(form) switch
        {
            "object" => ObjectOf(form, depth),
            "array" => depth > Deepest
                ? new JsonArray()
                : new JsonArray(
                    [.. Enumerable.Range(0, random.Next(3)).Select(_ => Value(form["items"] ?? new JsonObject(), "", depth + 1))]),
            "integer" or "number" => Pick([(decimal?)form["minimum"] ?? -1, (decimal?)form["maximum"] ?? 1_000_000, 1]),
            "boolean" => Chance(50),
            "string" when (string?)form["format"] == "date-time" =>
                Pick(["2026-11-23T09:29:40.785Z", "2036-01-01T00:00:00Z", "1970-01-01T00:00:00Z"]),
            "string" => Pick(depth == 0 ? LineTexts : Texts),
            _ => Scalar(),
        };
    }

    private JsonObject ObjectOf(JsonObject form, int depth)
    {
        var fields = new JsonObject();
        if (depth > Deepest) return fields;

        var required = form["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        foreach (var (name, schema) in form["properties"]?.AsObject() ?? [])
        {
            if (required.Contains(name) || Chance(40)) fields[name] = Value(schema!, name, depth + 1);
        }

        if (form["additionalProperties"] is JsonObject other) fields[Pick(["a.txt", "src", "index.html"])] = Value(other, "", depth + 1);
        return fields;
    }

    /// <summary>Changes one value in the tree into something of another kind, or takes it away.</summary>
    private JsonNode Spoil(JsonNode body)
    {
        var holders = Holders(body).ToList();
        if (holders.Count == 0) return Scalar() ?? new JsonArray();

        var (holder, name) = Pick(holders);
        if (Chance(20)) holder.Remove(name);
        else holder[name] = Chance(20) ? null : Scalar();
        return body;
    }

    private static IEnumerable<(JsonObject Holder, string Name)> Holders(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Holders(field.Value).Append((fields, field.Key))),
        JsonArray items => items.SelectMany(Holders),
        _ => [],
    };

    /// <summary>Damages that no tree can hold.</summary>
    private byte[] SpoiltText(string json) => random.Next(9) switch
    {
        0 => Bytes(json[..random.Next(json.Length)]),
        1 => Bytes(InsertField(json, "\"projectId\":\"\\u0000\"")),
        2 => Bytes(InsertField(json, "\"projectId\":\"\\ud800\"")),
        3 => Bytes(InsertField(json, "\"priority\":1e999,\"limit\":123456789012345678901234567890")),
        4 => Bytes(InsertField(json, $"\"initFiles\":{new string('[', 5_000)}{new string(']', 5_000)}")),
        5 => Bytes(InsertField(json, "\"orgId\":\"first\",\"orgId\":\"second\",\"scopes\":1,\"scopes\":[]")),
        6 => [.. Bytes(json), 0xC3, 0x28],
        7 => Bytes(Pick(["null", "[]", "\"text\"", "1", "true", "[[]]", "{", "{}{}", "\ufeff{}"])),
        _ => Bytes(json),
    };

    private static string InsertField(string json, string field) =>
        json.Length > 2 && json[0] == '{' ? $"{{{field},{json[1..]}" : $"{{{field}}}";

    private JsonNode? Scalar() => random.Next(8) switch
    {
        0 => true,
        1 => -1,
        2 => 0.5,
        3 => 9_007_199_254_740_993,
        4 => new JsonArray(1, null, new JsonObject()),
        5 => new JsonObject { ["type"] = "file", ["content"] = 7 },
        _ => Pick(Texts),
    };

    private static string? TypeOf(JsonObject form) => form["type"] switch
    {
        JsonArray many => many.Select(type => (string)type!).FirstOrDefault(type => type != "null"),
        { } one => (string)one!,
        null => form["properties"] is null ? null : "object",
    };

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private bool Chance(int percent) => random.Next(100) < percent;

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
