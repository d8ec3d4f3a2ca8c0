using System.Text;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Cli;

/// <summary>Text from elsewhere as it may be shown in a terminal: a build's output must not move the cursor or set the title.</summary>
internal static partial class Printable
{
    public static string Of(string text)
    {
        if (!text.Any(IsUnsafe)) return text;

        var shown = new StringBuilder(text.Length);
        foreach (var c in EscapeSequence().Replace(text, string.Empty))
        {
            if (!IsUnsafe(c)) shown.Append(c);
        }

        return shown.ToString();
    }

    // Direction overrides can make a line read as another one.
    private static bool IsUnsafe(char c) =>
        char.IsControl(c) && c != '\t' || c is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069';

    [GeneratedRegex(@"\e(\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\a\e]*(\a|\e\\)?|[ -/]*[0-~]?)")]
    private static partial Regex EscapeSequence();
}
