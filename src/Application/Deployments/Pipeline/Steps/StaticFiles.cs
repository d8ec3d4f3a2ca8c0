using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>Projects that need no build: their files are the site.</summary>
internal static class StaticFiles
{
    private static readonly string[] Roots = ["dist", "build", "out", "public"];

    // Files at the root that describe the project rather than belong to the site.
    private static readonly HashSet<string> Housekeeping = new(StringComparer.Ordinal)
    {
        "package.json", "package-lock.json", "bun.lock", "bun.lockb", "pnpm-lock.yaml", "yarn.lock", ".gitignore", ".gitattributes",
        ".npmrc", ".editorconfig",
    };

    /// <summary>True when project code has to run: a build script, or a worker to bundle.</summary>
    public static bool NeedsSandbox(SourceTree tree)
    {
        var layout = ProjectLayout.Of(tree);
        return layout.IsError || layout.Value.BuildScript is not null || layout.Value.WranglerConfigPath is not null;
    }

    /// <summary>
    /// The files of the site, relative to its root: the first of dist, build, out, public that has an index.html, else everything.
    /// </summary>
    public static StaticSite SiteOf(SourceTree tree)
    {
        var root = Roots.Select(name => name + "/").FirstOrDefault(
            prefix => tree.Files.Any(file => file.Path == prefix + "index.html")) ?? string.Empty;
        var files = tree.Files
            .Where(file => file.Path.StartsWith(root, StringComparison.Ordinal) && !Housekeeping.Contains(file.Path))
            .Select(file => (file.Path[root.Length..], file.Content))
            .ToList();
        var notFound = files.Exists(file => file.Item1 == "404.html") ? "404-page" : "none";
        return new StaticSite(files, new AssetsSettings(NotFoundHandling: notFound));
    }
}
