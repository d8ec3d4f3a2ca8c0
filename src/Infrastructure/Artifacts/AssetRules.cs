using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>Which of the files that a build put among its assets are published.</summary>
internal static class AssetRules
{
    public const string Headers = ArtifactPath.Assets + "_headers";
    public const string Redirects = ArtifactPath.Assets + "_redirects";
    public const string Ignore = ArtifactPath.Assets + ".assetsignore";

    private const string PagesWorker = "_worker.js";

    /// <summary>True for the files that say how the others are served, and are never served themselves.</summary>
    public static bool IsRuleFile(string path) => path is Headers or Redirects or Ignore;

    /// <summary>The files without those that <c>.assetsignore</c> names, nor that file itself.</summary>
    /// <exception cref="InvalidDataException">Something is left that must never be public.</exception>
    public static async Task<List<UnpackedFile>> PublishedAsync(
        IReadOnlyList<UnpackedFile> files, string folder, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        var ignoreFile = Path.Combine(folder, Ignore);
        var ignore = File.Exists(ignoreFile)
            ? AssetsIgnore.Parse(await File.ReadAllTextAsync(ignoreFile, cancellationToken), limits)
            : null;
        var published = new List<UnpackedFile>();
        foreach (var file in files)
        {
            // Many rules and many files take a while, which must end with the worker's lease or a cancellation.
            cancellationToken.ThrowIfCancellationRequested();
            if (file.Path != Ignore && !IsIgnored(file.Path, ignore)) published.Add(file);
        }

        foreach (var asset in published.Where(file => file.Path.StartsWith(ArtifactPath.Assets, StringComparison.Ordinal)))
            RefusePrivate(asset.Path[ArtifactPath.Assets.Length..], hasIgnoreFile: ignore is not null);
        return published;
    }

    private static bool IsIgnored(string path, AssetsIgnore? ignore) =>
        ignore is not null
        && path.StartsWith(ArtifactPath.Assets, StringComparison.Ordinal)
        && !IsRuleFile(path)
        && ignore.Ignores(path[ArtifactPath.Assets.Length..]);

    private static void RefusePrivate(string asset, bool hasIgnoreFile)
    {
        var names = asset.Split('/');
        // Deeper folders of that name hold images and fonts that some bundlers copy from packages; those are meant to be public.
        if (names.Length > 1 && names[0] == "node_modules") throw Private(asset);
        if (PackageSettings.IsOne(asset) || names.Any(name => name == ".git" || ExcludedPaths.HoldsSettings(name))) throw Private(asset);
        if (names[0] == PagesWorker && !hasIgnoreFile)
            throw new InvalidDataException(
                $"'{asset}' among the assets would publish server code. Set it as the worker's main module, or name it in .assetsignore.");
    }

    private static InvalidDataException Private(string asset) =>
        new($"'{asset}' must not be published. Take it out of the folder of assets, or name it in .assetsignore.");
}
