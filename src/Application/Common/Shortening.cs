namespace Libra.Deploy.Application.Common;

/// <summary>Long texts in short places.</summary>
public static class Shortening
{
    /// <summary>The first characters of a text, and an ellipsis when there are more; no character is cut in half.</summary>
    public static string Shortened(this string text, int length)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= length) return text;

        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)] + "…";
    }
}
