using System.Text.Json;

namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>Rules for <c>bun.lock</c>: JSON with trailing commas, one array per package.</summary>
internal static class BunLockfile
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowDuplicateProperties = false, // bun takes the first of two, so that the last, the one looked at here, could hide it
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = 64,
    };

    public static IEnumerable<string> Problems(string text, Uri registry)
    {
        if (JsonSize.Problem("bun.lock", text, JsonSize.MaxOfLockfile) is { } problem) return [problem];

        try
        {
            using var document = JsonDocument.Parse(text, Lenient);
            return [.. Problems(document.RootElement, registry).Take(LockfileRules.MaxProblems)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half of a surrogate pair
        {
            return [$"bun.lock cannot be read: {e.Message}"];
        }
    }

    private static IEnumerable<string> Problems(JsonElement root, Uri registry)
    {
        if (root.ValueKind != JsonValueKind.Object) return ["bun.lock is not an object."];

        return Workspaces(root).Concat(Packages(root, registry)).Concat(Patches(root));
    }

    private static IEnumerable<string> Workspaces(JsonElement root)
    {
        if (!root.TryGetProperty("workspaces", out var workspaces) || workspaces.ValueKind != JsonValueKind.Object) yield break;

        foreach (var workspace in workspaces.EnumerateObject())
        {
            if (!PackageNames.IsInside(workspace.Name)) yield return $"bun.lock has a workspace outside the project: '{workspace.Name}'.";
        }
    }

    private static IEnumerable<string> Packages(JsonElement root, Uri registry)
    {
        if (!root.TryGetProperty("packages", out var packages)) yield break;
        if (packages.ValueKind != JsonValueKind.Object)
        {
            yield return "bun.lock has packages that are not objects.";
            yield break;
        }

        foreach (var package in packages.EnumerateObject())
        {
            if (Problem(package, registry) is { } problem) yield return $"bun.lock, entry '{package.Name}': {problem}";
        }
    }

    private static string? Problem(JsonProperty package, Uri registry)
    {
        // A key is the way to a nested copy, "a/b/@c/d": no part of it may be hidden or lead up.
        if (package.Name.Split('/').Any(part => !PackageNames.IsName(part.TrimStart('@')))) return "its name is not a path of packages.";

        var entry = package.Value;
        if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() == 0 || entry[0].ValueKind != JsonValueKind.String)
            return "it is not of a known form.";

        var id = entry[0].GetString()!;
        if (WorkspacePath(id) is { } path)
            return entry.GetArrayLength() == 1 && PackageNames.IsInside(path) ? null : "it points outside the project.";
        if (PackageNames.Split(id) is not { } named) return $"'{id}' is not a package of the registry.";
        if (entry.GetArrayLength() != 4 || entry[1].ValueKind != JsonValueKind.String || entry[3].ValueKind != JsonValueKind.String)
            return "it is not of a known form.";

        var address = entry[1].GetString()!;
        if (address.Length > 0 && address != registry.AbsoluteUri + PackageNames.TarballPath(named.Name, named.Version))
            return $"it comes from '{address}' rather than the registry.";
        return PackageNames.IsIntegrity(entry[3].GetString()!) ? null : "it has no SHA-512 checksum.";
    }

    private static string? WorkspacePath(string id)
    {
        const string Mark = "@workspace:";
        var at = id.IndexOf(Mark, 1, StringComparison.Ordinal);
        return at > 0 && PackageNames.IsName(id[..at]) ? id[(at + Mark.Length)..] : null;
    }

    private static IEnumerable<string> Patches(JsonElement root)
    {
        if (!root.TryGetProperty("patchedDependencies", out var patches) || patches.ValueKind != JsonValueKind.Object) yield break;

        foreach (var patch in patches.EnumerateObject())
        {
            if (patch.Value.ValueKind != JsonValueKind.String || !PackageNames.IsInside(patch.Value.GetString()!))
                yield return $"bun.lock patches '{patch.Name}' from outside the project.";
        }
    }
}
