using System.Text;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>
/// Has Cloudflare say with every file that it serves which artifact the file is from, by a rule in the site's <c>_headers</c>; the local
/// target says the same with the same header.
/// </summary>
internal static class ArtifactHeader
{
    public const string Name = LiveArtifact.Header;

    private const string AllPaths = "/*";
    private const int MaxRules = 100; // Cloudflare drops what is above

    /// <summary>The rules with ours; unchanged when there is no room for another one.</summary>
    /// <param name="rules">The site's own; null when it has none.</param>
    public static string? AddTo(string? rules, string digest)
    {
        var text = new StringBuilder();
        var (count, added) = (0, false);
        foreach (var line in (rules ?? string.Empty).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            var trimmed = line.Trim();
            if (IsOurs(trimmed)) continue;
            text.Append(line).Append('\n');
            if (!IsPath(trimmed)) continue;

            count++;
            // Of two rules for one path only the last counts, so ours goes into theirs.
            if (trimmed != AllPaths) continue;
            AppendHeader(text, digest);
            added = true;
        }

        if (added) return text.ToString();
        if (count >= MaxRules) return rules;
        AppendHeader(text.Append(AllPaths).Append('\n'), digest);
        return text.ToString().TrimStart('\n');
    }

    private static void AppendHeader(StringBuilder text, string digest) =>
        text.Append("  ").Append(Name).Append(": ").Append(digest).Append('\n');

    private static bool IsPath(string line) => line.StartsWith('/') || line.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    // "Name: value" sets a header, "! Name" takes it away.
    private static bool IsOurs(string line)
    {
        var header = line.TrimStart('!', ' ');
        return header.StartsWith(Name, StringComparison.OrdinalIgnoreCase) && header[Name.Length..].TrimStart() is "" or [':', ..];
    }
}
