using System.IO.Enumeration;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>A file of a site whose address is certain to be answered with it, and not by the worker.</summary>
/// <param name="Address">Path, escaped.</param>
/// <param name="MayRedirect">True when the site has rules that may answer in the file's place.</param>
internal sealed record Witness(string Address, string Sha256, bool MayRedirect)
{
    private const string StartPage = ArtifactPath.Assets + "index.html";

    /// <summary>
    /// The start page, which changes with nearly every version, or else the first file that is not a page; null when the worker answers
    /// everything.
    /// </summary>
    public static Witness? Of(ArtifactManifest manifest)
    {
        if (manifest.Assets is not { } assets || (manifest.Worker is not null && assets.RunWorkerFirst)) return null;

        var redirects = manifest.Files.Any(file => file.Path == AssetRules.Redirects);
        var start = manifest.Files.FirstOrDefault(file => file.Path == StartPage);
        if (start is not null && assets.HtmlHandling != "none" && !IsWorkers("/", assets)) return new Witness("/", start.Sha256, redirects);

        // Pages have several addresses that lead to each other; other files have one.
        return SiteAssets.PublicFiles(manifest)
            .Where(file => !IsPage(file.Path))
            .Select(file => (Address: SiteAssets.AddressOf(file), file.Sha256))
            .Where(file => !IsWorkers(file.Address, assets))
            .Select(file => new Witness(string.Join('/', file.Address.Split('/').Select(Escaped)), file.Sha256, redirects))
            .FirstOrDefault();
    }

    // As JavaScript does: Workers answers any other spelling of a name with a redirect to its own.
    private static string Escaped(string name) => Uri.EscapeDataString(name)
        .Replace("%21", "!", StringComparison.Ordinal).Replace("%27", "'", StringComparison.Ordinal)
        .Replace("%28", "(", StringComparison.Ordinal).Replace("%29", ")", StringComparison.Ordinal)
        .Replace("%2A", "*", StringComparison.Ordinal);

    private static bool IsPage(string path) => Path.GetExtension(path) is ".html" or ".htm";

    // Exceptions ("!/x") only take paths away from the worker; leaving them out of sight costs a witness at worst.
    private static bool IsWorkers(string address, AssetsSettings assets) =>
        assets.RunWorkerFirstPaths?.Any(
            pattern => pattern[0] != '!' && FileSystemName.MatchesSimpleExpression(pattern, address, ignoreCase: false)) == true;
}
