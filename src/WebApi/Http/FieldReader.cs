using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Reads the fields of a JSON object and collects what is wrong with them, in the words of the old services.</summary>
/// <remarks>After an error a method returns a value of no meaning: ask <see cref="Errors"/> before using any.</remarks>
internal sealed class FieldReader
{
    private readonly JsonElement _object;
    private readonly string _path;
    private readonly List<Error> _errors;

    /// <summary>Starts at the root of a body; anything but an object is an error of the whole form.</summary>
    public FieldReader(JsonElement root)
        : this(root, string.Empty, [])
    {
        if (root.ValueKind != JsonValueKind.Object) Refuse(string.Empty, FieldTexts.Expected("object", root));
    }

    private FieldReader(JsonElement element, string path, List<Error> errors) => (_object, _path, _errors) = (element, path, errors);

    /// <summary>What is wrong, in the order in which the fields were read.</summary>
    public List<Error> Errors => _errors;

    private bool IsObject => _object.ValueKind == JsonValueKind.Object;

    /// <summary>A string that must be there and must not be empty.</summary>
    public string RequiredText(string name, string emptyMessage, int maxLength = FieldLimits.LongestId)
    {
        if (!IsObject) return string.Empty;
        if (Find(name) is not { } value) return Refuse(name, FieldTexts.Missing("string")) ?? string.Empty;

        var text = Text(name, value, maxLength) ?? string.Empty;
        if (text.Length == 0 && value.ValueKind == JsonValueKind.String) Refuse(name, emptyMessage);
        return text;
    }

    /// <summary>A string that may be missing.</summary>
    public string? OptionalText(string name, int maxLength = FieldLimits.LongestId) =>
        Find(name) is { } value ? Text(name, value, maxLength) : null;

    /// <summary>One of a few words, or missing.</summary>
    public string? OptionalChoice(string name, params IReadOnlyList<string> choices)
    {
        var text = OptionalText(name, int.MaxValue);
        return text is null || choices.Contains(text) ? text : Refuse(name, FieldTexts.NoneOf(choices));
    }

    /// <summary>A whole number within bounds, or missing.</summary>
    public long? OptionalInteger(string name, long min, long max)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number) return RefuseNumber(name, FieldTexts.Expected("number", value));
        // 1e3 is a whole number to every JavaScript client, and 1e999 is merely too big.
        if (!value.TryGetDouble(out var number) || !double.IsInteger(number) && !double.IsInfinity(number))
            return RefuseNumber(name, FieldTexts.Expected("int", value));
        if (number < min) return RefuseNumber(name, FieldTexts.TooSmall(min));
        return number > max ? RefuseNumber(name, FieldTexts.TooBig(max)) : (long)number;
    }

    /// <summary>True or false, or missing.</summary>
    public bool? OptionalFlag(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) return value.GetBoolean();
        Refuse(name, FieldTexts.Expected("boolean", value));
        return null;
    }

    /// <summary>A time in ISO 8601, or missing.</summary>
    public DateTimeOffset? OptionalTime(string name)
    {
        if (Find(name) is not { } value) return null;
        if (Text(name, value, FieldLimits.LongestId) is not { } text) return null;
        if (FieldTexts.TryTime(text, out var time)) return time;
        Refuse(name, FieldTexts.NoTime);
        return null;
    }

    /// <summary>The strings of an array, or null when it is missing.</summary>
    public IReadOnlyList<string>? OptionalTexts(string name, int maxCount, int maxLength = FieldLimits.LongestId)
    {
        if (OptionalArray(name, maxCount) is not { } array) return null;
        var texts = array.EnumerateArray().Select(item => Text(name, item, maxLength)).ToList();
        return texts.OfType<string>().ToList();
    }

    /// <summary>An array, or missing.</summary>
    public JsonElement? OptionalArray(string name, int maxCount)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array) Refuse(name, FieldTexts.Expected("array", value));
        else if (value.GetArrayLength() > maxCount) Refuse(name, FieldTexts.TooMany(maxCount));
        else return value;
        return null;
    }

    /// <summary>An object inside this one, or null when it is missing; its errors are named <c>outer.inner</c> and land here.</summary>
    public FieldReader? OptionalObject(string name)
    {
        if (Find(name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Object) return new FieldReader(value, $"{_path}{name}.", _errors);
        Refuse(name, FieldTexts.Expected("object", value));
        return null;
    }

    /// <summary>Any value at all, or missing.</summary>
    public JsonElement? Any(string name) => Find(name);

    /// <summary>Notes a refusal that the caller found.</summary>
    public string? Refuse(string name, string message)
    {
        _errors.Add(Problems.InvalidField(_path + name, message));
        return null;
    }

    private JsonElement? Find(string name) => IsObject && _object.TryGetProperty(name, out var value) ? value : null;

    private long? RefuseNumber(string name, string message)
    {
        Refuse(name, message);
        return null;
    }

    private string? Text(string name, JsonElement value, int maxLength)
    {
        if (value.ValueKind != JsonValueKind.String) return Refuse(name, FieldTexts.Expected("string", value));
        var text = value.GetString()!;
        return text.Length <= maxLength ? text : Refuse(name, FieldTexts.TooLong(maxLength));
    }
}
