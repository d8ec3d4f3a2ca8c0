namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>A pattern for folders: <c>*</c> and <c>?</c> within a name, <c>**</c> for any number of folders.</summary>
/// <remarks>
/// Not a regular expression, because patterns are a stranger's: one that never backtracks keeps states by the megabyte, one that does takes
/// exponential time. This one goes back to the last star only, which is enough, and keeps nothing.
/// </remarks>
internal sealed class FolderPattern(string pattern)
{
    private const string AnyFolders = "**";

    private readonly string[] _parts = [.. pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];

    /// <param name="names">Of the folders on the way, from the top.</param>
    /// <param name="steps">Grows by at least what the comparison took.</param>
    public bool Matches(ReadOnlySpan<string> names, ref long steps)
    {
        var (part, name, star, starName) = (0, 0, -1, 0);
        while (name < names.Length)
        {
            if (part < _parts.Length && _parts[part] == AnyFolders) (star, starName) = (part++, name);
            else if (part < _parts.Length && Matches(_parts[part], names[name], ref steps)) (part, name) = (part + 1, name + 1);
            else if (star >= 0) (part, name) = (star + 1, ++starName);
            else return false;
        }

        return _parts.AsSpan(part).TrimStart(AnyFolders).IsEmpty;
    }

    private static bool Matches(string part, string name, ref long steps)
    {
        steps++;
        if (part == "*") return true;
        if (!part.AsSpan().ContainsAny('*', '?')) return part == name;

        steps += (long)part.Length * name.Length;
        var (at, letter, star, starLetter) = (0, 0, -1, 0);
        while (letter < name.Length)
        {
            if (at < part.Length && part[at] == '*') (star, starLetter) = (at++, letter);
            else if (at < part.Length && (part[at] == '?' || part[at] == name[letter])) (at, letter) = (at + 1, letter + 1);
            else if (star >= 0) (at, letter) = (star + 1, ++starLetter);
            else return false;
        }

        return part.AsSpan(at).TrimStart('*').IsEmpty;
    }
}
