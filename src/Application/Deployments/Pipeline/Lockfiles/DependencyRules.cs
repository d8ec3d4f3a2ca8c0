using System.Text.Json;

namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>
/// Says whether the dependencies that a <c>package.json</c> names can be installed: from the registry or from the project's own workspaces.
/// </summary>
public static class DependencyRules
{
    private static readonly string[] Direct = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "catalog"];
    private static readonly string[] Nested = ["overrides", "resolutions", "catalogs"];
    private static readonly string[] Elsewhere = [
        "git", "github:", "gitlab:", "bitbucket:", "gist:", "http:", "https:", "ssh:", "file:", "link:", "portal:", "patch:", "exec:"];

    /// <summary>Every reason to refuse, each a sentence that names the dependency; none when it is fine.</summary>
    /// <param name="path">Where the manifest lies in the project, for the message.</param>
    /// <param name="manifest">Its content.</param>
    public static IEnumerable<string> Problems(string path, JsonElement manifest)
    {
        if (manifest.ValueKind != JsonValueKind.Object) return [$"{path} is not an object."];

        return Problems(manifest, Direct.Concat(Nested))
            .Concat(manifest.TryGetProperty("workspaces", out var workspaces) ? Problems(workspaces, ["catalog", "catalogs"]) : [])
            .Concat(manifest.TryGetProperty("pnpm", out var pnpm) ? Problems(pnpm, ["overrides"]) : [])
            .Select(found => $"{path}: the dependency '{found.Name}' is '{found.Specification}'. "
                + "Only packages of the npm registry and workspaces of the project can be installed.");
    }

    private static IEnumerable<(string Name, string Specification)> Problems(JsonElement owner, IEnumerable<string> sections) =>
        owner.ValueKind != JsonValueKind.Object
            ? []
            : sections.SelectMany(section => owner.TryGetProperty(section, out var entries) ? Entries(entries) : []).Where(
                  entry => !IsInstallable(entry.Specification));

    private static IEnumerable<(string Name, string Specification)> Entries(JsonElement entries) =>
        entries.ValueKind != JsonValueKind.Object
            ? []
            : entries.EnumerateObject().SelectMany(entry => entry.Value.ValueKind == JsonValueKind.Object
                ? Entries(entry.Value)
                : [(entry.Name, entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : entry.Value.GetRawText())]);

    private static bool IsInstallable(string specification)
    {
        var text = specification.Trim();
        if (text.StartsWith("npm:", StringComparison.Ordinal))
            return text[4..].Count(c => c == '/') == (text.StartsWith("npm:@", StringComparison.Ordinal) ? 1 : 0);
        if (text.StartsWith("workspace:", StringComparison.Ordinal) || text.StartsWith("catalog:", StringComparison.Ordinal))
            return PackageNames.IsInside(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        // What is left are ranges and tags, in which a slash (user/repo, a path) has no place.
        return !Elsewhere.Any(kind => text.StartsWith(kind, StringComparison.OrdinalIgnoreCase)) && !text.Contains('/')
            && !text.Contains(':') && !text.StartsWith('~' + "/", StringComparison.Ordinal);
    }
}
