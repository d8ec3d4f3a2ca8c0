using System.Text.Json;

namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>Rules for <c>package-lock.json</c> and <c>npm-shrinkwrap.json</c> of version 2 and 3.</summary>
internal static class NpmLockfile
{
    // What is checked has to be what npm reads, whichever of two it takes.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static IEnumerable<string> Problems(string text, string file)
    {
        if (JsonSize.Problem(file, text, JsonSize.MaxOfLockfile) is { } problem) return [problem];

        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            return [.. Problems(document.RootElement, file).Take(LockfileRules.MaxProblems)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half of a surrogate pair
        {
            return [$"{file} cannot be read: {e.Message}"];
        }
    }

    private static IEnumerable<string> Problems(JsonElement root, string file)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("packages", out var packages)
            || packages.ValueKind != JsonValueKind.Object)
        {
            yield return $"{file} is of an old form. Make it again with npm 7 or later.";
            yield break;
        }

        foreach (var package in packages.EnumerateObject())
        {
            if (package.Name.Length == 0) continue;
            var problem = package.Value.ValueKind == JsonValueKind.Object
                ? Problem(package.Name, package.Value)
                : "it is not of a known form.";
            if (problem is not null) yield return $"{file}, entry '{package.Name}': {problem}";
        }
    }

    private static string? Problem(string path, JsonElement entry)
    {
        if (!PackageNames.IsInside(path)) return "it lies outside the project.";

        const string Folder = "node_modules/";
        var last = path.LastIndexOf(Folder, StringComparison.Ordinal);
        // A workspace of the project itself: nothing is downloaded for it.
        if (last < 0) return Text(entry, "resolved") is null ? null : "a workspace cannot be downloaded.";
        if (!PackageNames.IsName(path[(last + Folder.Length)..])) return "its name is not that of a package.";
        if (IsTrue(entry, "link"))
            return Text(entry, "resolved") is { } target && PackageNames.IsInside(target) ? null : "it links outside the project.";
        if (IsTrue(entry, "inBundle") && Text(entry, "resolved") is null) return null;

        return Origin(entry, Text(entry, "name") ?? path[(last + Folder.Length)..]);
    }

    private static string? Origin(JsonElement entry, string name)
    {
        if (Text(entry, "version") is not { } version || !PackageNames.IsName(name) || !PackageNames.IsVersion(version))
            return "it is not a package of the registry.";
        if (Text(entry, "resolved") is { } resolved && !IsTarballOf(resolved, name, version))
            return $"it comes from '{resolved}' rather than the registry.";
        // Without a checksum npm takes what the registry answers for this name and version, which is as good.
        return entry.TryGetProperty("integrity", out var integrity)
            && !(integrity.ValueKind == JsonValueKind.String && PackageNames.IsIntegrity(integrity.GetString()!))
            ? "its checksum is not a SHA-512."
            : null;
    }

    /// <summary>The host does not matter: npm is told to replace it with the registry's own.</summary>
    private static bool IsTarballOf(string resolved, string name, string version) =>
        Uri.TryCreate(resolved, UriKind.Absolute, out var address)
        && address.Scheme == Uri.UriSchemeHttps
        && address.UserInfo.Length == 0
        && address.Query.Length == 0
        && address.Fragment.Length == 0
        && Uri.UnescapeDataString(address.AbsolutePath).EndsWith('/' + PackageNames.TarballPath(name, version), StringComparison.Ordinal);

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText() : null;

    private static bool IsTrue(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
