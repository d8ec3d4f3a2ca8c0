namespace Libra.Deploy.Cli.Source;

/// <summary>One line of a <c>.gitignore</c>.</summary>
internal sealed class IgnorePattern
{
    private const string AnyFolders = "**";

    private readonly string[] _segments;
    private readonly bool _onlyFolders;

    private IgnorePattern(string[] segments, bool onlyFolders, bool negated) =>
        (_segments, _onlyFolders, IsNegated) = (segments, onlyFolders, negated);

    /// <summary>True for a line that takes back what an earlier one ignored.</summary>
    public bool IsNegated { get; }

    /// <summary>Null for an empty line and for a comment.</summary>
    public static IgnorePattern? Parse(string line)
    {
        var text = WithoutTrailingSpaces(line);
        if (text.Length == 0 || text[0] == '#') return null;

        var negated = text[0] == '!';
        if (negated) text = text[1..];
        var onlyFolders = text.EndsWith('/');
        if (onlyFolders) text = text[..^1];
        if (text.Length == 0) return null;

        // A slash at the start or in between ties the pattern to the folder of its file; without one it counts at every depth.
        var segments = text.Contains('/') ? text.TrimStart('/').Split('/') : [AnyFolders, text];
        return new IgnorePattern(segments, onlyFolders, negated);
    }

    /// <param name="path">The segments of a path relative to the folder of the <c>.gitignore</c>.</param>
    public bool Matches(ReadOnlySpan<string> path, bool isFolder) => (isFolder || !_onlyFolders) && Matches(_segments, path);

    private static bool Matches(ReadOnlySpan<string> pattern, ReadOnlySpan<string> path)
    {
        if (pattern.IsEmpty) return path.IsEmpty;
        if (pattern[0] != AnyFolders) return !path.IsEmpty && Glob.Matches(pattern[0], path[0]) && Matches(pattern[1..], path[1..]);

        var rest = pattern[1..];
        if (rest.IsEmpty) return !path.IsEmpty; // "a/**" is all inside a, not a itself
        for (var skipped = 0; skipped <= path.Length; skipped++)
        {
            if (Matches(rest, path[skipped..])) return true;
        }

        return false;
    }

    private static string WithoutTrailingSpaces(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !IsEscaped(line, end - 1)) end--;
        return line[..end];
    }

    private static bool IsEscaped(string line, int at)
    {
        var backslashes = 0;
        while (at - backslashes > 0 && line[at - backslashes - 1] == '\\') backslashes++;
        return backslashes % 2 == 1;
    }
}
