using System.Globalization;
using ErrorOr;
using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Reads the parameters of an address as <see cref="FieldReader"/> reads a body; of a repeated one the last counts.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    /// <summary>What is wrong, in the order in which the parameters were read.</summary>
    public List<Error> Errors { get; } = [];

    /// <summary>True when the address has the parameter, even an empty one.</summary>
    public bool Has(string name) => query.ContainsKey(name);

    /// <summary>A parameter that must be there and must not be empty.</summary>
    public string RequiredText(string name, string emptyMessage, int maxLength = FieldLimits.LongestId)
    {
        var text = Raw(name);
        if (text is null) Refuse(name, FieldTexts.Missing("string"));
        else if (text.Length == 0) Refuse(name, emptyMessage);
        else return Checked(name, text, maxLength) ?? string.Empty;
        return string.Empty;
    }

    /// <summary>A parameter that may be missing; an empty one is missing.</summary>
    public string? OptionalText(string name, int maxLength = FieldLimits.LongestId) =>
        Raw(name) is { Length: > 0 } text ? Checked(name, text, maxLength) : null;

    /// <summary>One of a few words, or missing.</summary>
    public string? OptionalChoice(string name, params IReadOnlyList<string> choices)
    {
        var text = OptionalText(name);
        if (text is null || choices.Contains(text)) return text;
        Refuse(name, FieldTexts.NoneOf(choices));
        return null;
    }

    /// <summary>A whole number within bounds, or the default.</summary>
    public long Integer(string name, long fallback, long min, long max) => OptionalInteger(name, min, max) ?? fallback;

    /// <summary>A whole number within bounds, or missing.</summary>
    public long? OptionalInteger(string name, long min, long max)
    {
        if (OptionalText(name) is not { } text) return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            Refuse(name, "Invalid input: expected number, received string");
        else if (number < min) Refuse(name, FieldTexts.TooSmall(min));
        else if (number > max) Refuse(name, FieldTexts.TooBig(max));
        else return number;
        return null;
    }

    /// <summary>A time in ISO 8601, or missing.</summary>
    public DateTimeOffset? OptionalTime(string name)
    {
        if (OptionalText(name) is not { } text) return null;
        if (FieldTexts.TryTime(text, out var time)) return time;
        Refuse(name, FieldTexts.NoTime);
        return null;
    }

    private string? Raw(string name) => query.TryGetValue(name, out var values) ? values[^1] ?? string.Empty : null;

    private string? Checked(string name, string text, int maxLength)
    {
        if (text.Length > maxLength) Refuse(name, FieldTexts.TooLong(maxLength));
        else if (text.Any(char.IsControl)) Refuse(name, FieldTexts.ControlCharacter);
        else return text;
        return null;
    }

    private void Refuse(string name, string message) => Errors.Add(Problems.InvalidField(name, message));
}
