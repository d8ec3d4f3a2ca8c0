using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Reads JSON of which nothing is certain.</summary>
internal static class SourceJson
{
    // Generous, because a chat message may hold anything; the reader is not recursive, so depth costs it little.
    private const int MaxDepth = 1000;

    /// <summary>Parses a text that a client sent; <paramref name="what"/> begins the sentence when it is not JSON.</summary>
    public static ErrorOr<JsonDocument> Parse(string json, string what)
    {
        if (!SourceText.IsWellFormed(json)) return SourceErrors.NotUnicode(what);

        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException exception)
        {
            return SourceErrors.BadJson(what, Position(exception));
        }
    }

    /// <summary>Where the text stops being JSON, for a person: counted from one.</summary>
    public static string Position(JsonException exception) =>
        $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}: something else belongs there, or it nests too deep.";

    /// <summary>All properties of an object; refuses a repeated one, because which of them counts would be a guess.</summary>
    public static ErrorOr<Dictionary<string, JsonElement>> Properties(JsonElement element, string where)
    {
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            if (!TryName(property, out var name)) return SourceErrors.NotUnicode(where);
            if (!properties.TryAdd(name, property.Value)) return SourceErrors.DuplicateKey(where, name);
        }

        return properties;
    }

    /// <summary>The last property of that name, as a browser would read it; null when there is none.</summary>
    public static JsonElement? Find(JsonElement element, string name)
    {
        JsonElement? found = null;
        foreach (var property in element.EnumerateObject())
        {
            if (TryName(property, out var candidate) && candidate == name) found = property.Value;
        }

        return found;
    }

    /// <summary>False when the value is not a string, or one that has no Unicode form (<c>"\ud800"</c> is valid JSON).</summary>
    public static bool TryText(JsonElement? element, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (element is not { ValueKind: JsonValueKind.String } value) return false;

        try
        {
            text = value.GetString();
        }
        catch (InvalidOperationException)
        {
            // The only way in which the reader reports half of a surrogate pair.
        }

        return text is not null;
    }

    /// <summary>False when the name has no Unicode form.</summary>
    public static bool TryName(JsonProperty property, [NotNullWhen(true)] out string? name)
    {
        name = null;
        try
        {
            name = property.Name;
        }
        catch (InvalidOperationException)
        {
            // As in TryText.
        }

        return name is not null;
    }
}
