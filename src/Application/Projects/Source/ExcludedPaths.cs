namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Which files of a project never go into a build.</summary>
/// <remarks>
/// Names are compared as whole path segments and with their case, so <c>dialog.tsx</c>, <c>builder.ts</c>, <c>login.tsx</c> and
/// <c>.gitignore</c> stay.
/// <list type="table">
/// <listheader><term>Dropped</term><description>Where and when</description></listheader>
/// <item><term><c>node_modules</c></term><description>anywhere: the build installs its own</description></item>
/// <item><term><c>.git</c>, <c>.hg</c>, <c>.svn</c></term><description>anywhere: history, and often credentials</description></item>
/// <item><term><c>.env</c>, <c>.env.*</c>, <c>.envrc</c>, <c>.dev.vars</c>, <c>.dev.vars.*</c></term>
/// <description>anywhere: secrets of a developer's machine; the examples
/// <c>.env.example</c> and <c>.dev.vars.example</c> stay</description></item>
/// <item><term><c>.wrangler</c>, <c>.turbo</c>, <c>.DS_Store</c>, <c>Thumbs.db</c></term>
/// <description>anywhere: left behind by tools</description></item>
/// <item><term><c>dist</c>, <c>.next</c>, <c>.nuxt</c>, <c>.output</c>, <c>.svelte-kit</c></term>
/// <description>at the top, and only when a build script will make them anew; without one they are the site. What the build's scripts run
/// or are configured by (<c>node dist/make.js</c>) stays</description></item>
/// <item><term><c>build</c>, <c>out</c></term>
/// <description>likewise, and only with an <c>index.html</c> in them: many projects keep sources in folders of these
/// names</description></item>
/// </list>
/// Settings of package managers (<c>.npmrc</c>, <c>bunfig.toml</c>, <c>.yarnrc.yml</c>, <c>.pnpmfile.cjs</c>) stay: the sandbox decides
/// what they may do.
/// </remarks>
public sealed class ExcludedPaths
{
    private static readonly HashSet<string> Always = new(StringComparer.Ordinal)
    {
        "node_modules", ".git", ".hg", ".svn", ".env", ".envrc", ".dev.vars", ".wrangler", ".turbo", ".DS_Store", "Thumbs.db",
    };

    private static readonly string[] BuildOutputs = ["dist", ".next", ".nuxt", ".output", ".svelte-kit"];
    private static readonly string[] OutputsOrSources = ["build", "out"];

    private readonly HashSet<string> _outputs;

    private ExcludedPaths(IEnumerable<string> outputs) => _outputs = outputs.ToHashSet(StringComparer.Ordinal);

    /// <summary>What a project leaves out.</summary>
    /// <param name="scripts">What its build runs; null when it has none.</param>
    /// <param name="paths">Of all its files.</param>
    internal static ExcludedPaths For(BuildScripts? scripts, IReadOnlyCollection<string> paths) => new(
        scripts is null
            ? []
            : BuildOutputs.Concat(OutputsOrSources.Where(folder => paths.Contains($"{folder}/index.html")))
                .Where(folder => !scripts.Use(folder)));

    /// <summary>True for a path that is dropped whatever the project is.</summary>
    public static bool IsAlwaysExcluded(string path) => path.Split('/').Any(IsExcludedSegment);

    /// <summary>The file or folder because of which a path is left out of the build; null when it stays.</summary>
    public string? CauseOf(string path)
    {
        var parts = path.Split('/');
        var excluded = Array.FindIndex(parts, IsExcludedSegment);
        if (excluded >= 0) return string.Join('/', parts[..(excluded + 1)]);

        return IsBuildOutput(path) ? parts[0] : null;
    }

    /// <summary>True for what <see cref="CauseOf"/> names because the build makes it anew.</summary>
    public static bool IsMadeAnew(string cause) => BuildOutputs.Contains(cause) || OutputsOrSources.Contains(cause);

    /// <summary>True for a path, like those that <see cref="CauseOf"/> names, that usually holds secrets; examples hold none.</summary>
    public static bool HoldsSettings(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is var name
        && (name is ".env" or ".envrc" or ".dev.vars" || IsSecretVariant(name));

    // A file at the top that is called "build" is a file of the project, so there must be something below.
    private bool IsBuildOutput(string path) => path.IndexOf('/') is > 0 and var slash && _outputs.Contains(path[..slash]);

    private static bool IsExcludedSegment(string segment) => Always.Contains(segment) || IsSecretVariant(segment);

    private static bool IsSecretVariant(string segment) =>
        (segment.StartsWith(".env.", StringComparison.Ordinal) || segment.StartsWith(".dev.vars.", StringComparison.Ordinal))
        && segment is not (".env.example" or ".dev.vars.example");
}
