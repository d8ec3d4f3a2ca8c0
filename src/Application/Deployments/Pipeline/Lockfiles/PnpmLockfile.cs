using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>Rules for <c>pnpm-lock.yaml</c> of version 9.</summary>
/// <remarks>
/// Not a YAML reader: it accepts only the lines that pnpm itself writes, and refuses a file with any other, so that no spelling that YAML
/// knows and this class does not can say something else to pnpm.
/// </remarks>
internal static partial class PnpmLockfile
{
    private const int MostFoldersUp = 3;
    private const string Separator = "---";

    private static readonly HashSet<string> Sections =
        [
            "lockfileVersion", "settings", "importers", "packages", "snapshots", "catalogs", "overrides", "patchedDependencies",
            "ignoredOptionalDependencies", "packageExtensionsChecksum"];

    private static readonly HashSet<string> Attributes =
        [
            "resolution", "engines", "cpu", "os", "libc", "deprecated", "hasBin", "peerDependencies", "peerDependenciesMeta",
            "bundledDependencies", "version"];

    /// <summary>
    /// The project's own document, the last one. Before it pnpm keeps which pnpm the project asks for, which says nothing here.
    /// </summary>
    public static string ProjectsOwn(string text)
    {
        if (!text.StartsWith(Separator, StringComparison.Ordinal)) return text;

        var last = text.LastIndexOf("\n" + Separator, StringComparison.Ordinal) + 1;
        var end = text.IndexOf('\n', last);
        return end < 0 ? string.Empty : text[(end + 1)..];
    }

    public static IEnumerable<string> Problems(string text)
    {
        var (section, package, resolved, version) = ("", (string?)null, true, false);
        HashSet<string> seen = [];
        using var lines = new StringReader(text);
        for (var number = 0; lines.ReadLine() is { } line; number++)
        {
            if (line.Length == 0) continue;
            if (line.Contains('\t') || line.StartsWith('#') || line.StartsWith(Separator, StringComparison.Ordinal) || line.StartsWith('%'))
                yield return At(number, "a line that pnpm does not write.");

            var indent = line.Length - line.TrimStart(' ').Length;
            if (indent == 0)
            {
                if (!resolved) yield return Unresolved(package);
                (section, package, resolved) = (TopKey().Match(line).Groups["key"].Value, null, true);
                if (section == "pnpmfileChecksum")
                    yield return At(number, "it was made with .pnpmfile.cjs, which is code and does not run here. "
                        + "Put what it changes into 'overrides' or 'packageExtensions', and make the lock file again without it.");
                else if (!Sections.Contains(section) || !seen.Add(section))
                    yield return At(number, $"'{line}' is not a section that can be used here.");
                if (section == "lockfileVersion") version |= line is "lockfileVersion: '9.0'";
            }
            else if (section is "packages" && indent == 2)
            {
                if (!resolved) yield return Unresolved(package);
                (package, resolved) = (PackageKey().Match(line).Groups["id"].Value, false);
                if (PackageNames.Split(package) is null) yield return At(number, $"'{line.Trim()}' is not a package of the registry.");
            }
            else if (section is "packages" && indent == 4)
            {
                var attribute = TopKey().Match(line.TrimStart()).Groups["key"].Value;
                if (!Attributes.Contains(attribute)) yield return At(number, $"'{line.Trim()}' is not known.");
                if (attribute == "resolution" && (resolved || !Resolution().IsMatch(line)))
                    yield return At(number, $"'{package}' does not come from the registry with a SHA-512 checksum.");
                resolved |= attribute == "resolution";
            }
            else if (section is "importers" && (LocalFile().IsMatch(line) || LinksFarAway(line)))
            {
                yield return At(number, $"'{line.Trim()}' is not a package of the registry.");
            }
        }

        if (!resolved) yield return Unresolved(package);
        if (!version) yield return "pnpm-lock.yaml is not of version 9.0. Make it again with pnpm 9 or later.";
    }

    // link: to a workspace is fine; the importer's path and what it links to stay below the project.
    private static bool LinksFarAway(string line)
    {
        var link = line.IndexOf("link:", StringComparison.Ordinal);
        return link >= 0 && line.AsSpan(link).Count("../") > MostFoldersUp;
    }

    private static string At(int index, string what) => $"pnpm-lock.yaml, line {index + 1}: {what}";

    private static string Unresolved(string? package) => $"pnpm-lock.yaml, entry '{package}': it has no resolution.";

    [GeneratedRegex(@"\A(?<key>[A-Za-z]+):(?: .*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex TopKey();

    [GeneratedRegex(@"\A  (?<quote>'?)(?<id>[^'\s:]+)\k<quote>:\z", RegexOptions.CultureInvariant)]
    private static partial Regex PackageKey();

    [GeneratedRegex(@"\A    resolution: \{integrity: sha512-[A-Za-z0-9+/]{86}==\}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Resolution();

    // Without anything that repeats: a line of a stranger's file may be as long as the file.
    [GeneratedRegex("(?:specifier|version): '?(?:file:|git|https?:|github:|link:/|portal:)", RegexOptions.CultureInvariant)]
    private static partial Regex LocalFile();
}
