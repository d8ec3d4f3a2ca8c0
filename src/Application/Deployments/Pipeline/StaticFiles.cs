using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Projects that need no build: their files are the site.</summary>
internal static class StaticFiles
{
    private static readonly string[] Roots = ["dist", "build", "out", "public"];

    // Files at the root that describe the project rather than belong to the site.
    private static readonly HashSet<string> Housekeeping = new(StringComparer.Ordinal)
    {
        PackageJson.FileName, ".gitignore", ".gitattributes", ".editorconfig", ".env.example", ".dev.vars.example",
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
            .Where(file => file.Path.StartsWith(root, StringComparison.Ordinal) && !IsHousekeeping(file.Path))
            .Select(file => (file.Path[root.Length..], file.Content))
            .ToList();
        return new StaticSite(files, new AssetsSettings(NotFoundHandling: NotFoundOf(files)));
    }

    /// <summary>
    /// Refuses a program for Node: nothing of it would run, and its source would be public. What says that it is none is an index.html.
    /// </summary>
    public static ErrorOr<Success> Check(SourceTree tree)
    {
        if (NeedsSandbox(tree) || SiteOf(tree).Files.Any(file => file.Path == "index.html")) return Result.Success;
        if (tree.Find(PackageJson.FileName) is not null)
        {
            return Refusal("package.json has no script 'build' and the files have no index.html, so there is no site: a program for Node "
                + "does not run here. Add a script that builds the site, or a wrangler configuration whose 'main' is a worker.");
        }

        var paths = tree.Files.Select(file => file.Path.Split('/')).ToList();
        return paths.Exists(IsPage) || paths.Find(parts => parts is [_, PackageJson.FileName]) is not [var folder, _]
            ? Result.Success
            : Refusal($"There is no index.html, and the project lies in '{folder}': send that folder's content instead.");
    }

    /// <summary>What a person would be surprised by when they open the site, each a sentence.</summary>
    public static IEnumerable<string> Surprises(SourceTree tree, StaticSite site)
    {
        if (tree.Find(PackageJson.FileName) is not null && site.Files.Any(file => IsSourceCode(file.Path)))
            yield return "package.json has no script 'build': "
                + "the files are served as they are, and browsers do not understand TypeScript or JSX";
        if (site.Files.Any(file => file.Path == "index.html")) yield break;

        var nested = tree.Files.Select(file => file.Path.Split('/')).FirstOrDefault(parts => parts is [_, "index.html"]);
        yield return nested is null
            ? "There is no index.html: the site's address itself will answer 404"
            : "There is no index.html at the top, so the site's address itself will answer 404; "
                + $"{nested[1]} lies in '{nested[0]}': send that folder's content instead";
    }

    private static bool IsPage(string[] path) => path is [var name] && name.EndsWith(".html", StringComparison.OrdinalIgnoreCase);

    // The code of everything that a validation refuses.
    private static Error Refusal(string message) => Error.Validation("DEPLOYMENT_VALIDATION_FAILED", message);

    private static bool IsHousekeeping(string path) =>
        Housekeeping.Contains(path) || DependencyLocks.Names.Contains(path) || PackageSettings.IsOne(path);

    /// <summary>One page alone is taken for an app that routes in the browser, when it has a script that could.</summary>
    private static string NotFoundOf(List<(string Path, ReadOnlyMemory<byte> Content)> files)
    {
        if (files.Exists(file => file.Path == "404.html")) return "404-page";

        var pages = files.Where(file => file.Path.EndsWith(".html", StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
        var hasScript = files.Exists(file => Path.GetExtension(file.Path) is ".js" or ".mjs");
        return hasScript && pages is [("index.html", _)] ? "single-page-application" : "none";
    }

    private static bool IsSourceCode(string path) => Path.GetExtension(path) is ".ts" or ".tsx" or ".jsx" or ".vue" or ".svelte";
}
