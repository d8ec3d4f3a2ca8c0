namespace Libra.Deploy.Cli.Source;

/// <summary>Matches one name, without slashes, against <c>*</c>, <c>?</c>, <c>[a-z]</c> and escaped characters.</summary>
internal static class Glob
{
    private static readonly Dictionary<string, Func<char, bool>> Classes = new(StringComparer.Ordinal)
    {
        ["alpha"] = char.IsAsciiLetter,
        ["digit"] = char.IsAsciiDigit,
        ["alnum"] = char.IsAsciiLetterOrDigit,
        ["upper"] = char.IsAsciiLetterUpper,
        ["lower"] = char.IsAsciiLetterLower,
        ["xdigit"] = char.IsAsciiHexDigit,
        ["space"] = char.IsWhiteSpace,
        ["punct"] = c => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)),
    };

    /// <remarks>On a mismatch the last star takes one character more, so the time is bounded by the product of the lengths.</remarks>
    public static bool Matches(string pattern, string name)
    {
        var (at, taken, star, mark) = (0, 0, -1, 0);
        while (taken < name.Length)
        {
            if (at < pattern.Length && pattern[at] == '*') (star, mark) = (at++, taken);
            else if (at < pattern.Length && TakesOne(pattern, at, name[taken], out var next)) (at, taken) = (next, taken + 1);
            else if (star < 0) return false;
            else (at, taken) = (star + 1, ++mark);
        }

        while (at < pattern.Length && pattern[at] == '*') at++;
        return at == pattern.Length;
    }

    private static bool TakesOne(string pattern, int at, char c, out int next)
    {
        next = at + 1;
        switch (pattern[at])
        {
            case '?':
                return true;
            case '[':
                return TakesOneOfSet(pattern, at + 1, c, out next);
            case '\\' when next < pattern.Length:
                return pattern[next++] == c;
            default:
                return pattern[at] == c;
        }
    }

    // A set that is never closed matches nothing, as in git.
    private static bool TakesOneOfSet(string pattern, int at, char c, out int next)
    {
        next = at;
        var negated = at < pattern.Length && pattern[at] is '!' or '^';
        if (negated) at++;
        var found = false;
        for (var first = true; at < pattern.Length; first = false)
        {
            if (pattern[at] == ']' && !first)
            {
                next = at + 1;
                return found != negated;
            }

            found |= NamedClass(pattern, ref at) is { } named ? named(c) : IsInRange(pattern, ref at, c);
        }

        return false;
    }

    private static Func<char, bool>? NamedClass(string pattern, ref int at)
    {
        if (!pattern.AsSpan(at).StartsWith("[:")) return null;
        var end = pattern.IndexOf(":]", at + 2, StringComparison.Ordinal);
        if (end < 0 || !Classes.TryGetValue(pattern[(at + 2)..end], out var named)) return null;

        at = end + 2;
        return named;
    }

    private static bool IsInRange(string pattern, ref int at, char c)
    {
        var low = Character(pattern, ref at);
        if (at + 1 >= pattern.Length || pattern[at] != '-' || pattern[at + 1] == ']') return c == low;

        at++;
        var high = Character(pattern, ref at);
        return c >= low && c <= high;
    }

    private static char Character(string pattern, ref int at)
    {
        if (pattern[at] == '\\' && at + 1 < pattern.Length) at++;
        return pattern[at++];
    }
}
