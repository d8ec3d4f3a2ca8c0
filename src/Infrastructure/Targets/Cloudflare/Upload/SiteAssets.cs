using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>The public files of an artifact under the hashes by which Cloudflare knows them.</summary>
internal sealed class SiteAssets
{
    private const int HashDigits = 32;

    private readonly JsonObject _manifest = [];
    private readonly Dictionary<string, ArtifactFile> _byHash = new(StringComparer.Ordinal);

    private SiteAssets()
    {
    }

    /// <summary>Address to hash and size, as an upload session wants it.</summary>
    public JsonNode Manifest => _manifest.DeepClone();

    public static ErrorOr<SiteAssets> Of(ArtifactManifest manifest, string projectId, CloudflareOptions options)
    {
        var files = PublicFiles(manifest).ToList();
        if (files.Count > options.MaxAssets)
            return TargetErrors.Rejected($"The site has {files.Count} files; Cloudflare takes {options.MaxAssets} at most.");
        if (files.Find(file => file.Size > options.MaxAssetBytes) is { } large)
            return TargetErrors.Rejected($"'{AddressOf(large)}' has {large.Size} bytes; Cloudflare takes {options.MaxAssetBytes} at most.");

        var assets = new SiteAssets();
        foreach (var file in files) assets.Add(file, projectId);
        return assets;
    }

    /// <summary>The files that are served, as opposed to those that say how.</summary>
    public static IEnumerable<ArtifactFile> PublicFiles(ArtifactManifest manifest) => manifest.Files
        .Where(file => file.Path.StartsWith(ArtifactPath.Assets, StringComparison.Ordinal) && !AssetRules.IsRuleFile(file.Path));

    /// <summary>Where a file is served, not escaped.</summary>
    public static string AddressOf(ArtifactFile file) => file.Path[(ArtifactPath.Assets.Length - 1)..];

    /// <summary>Any one file with this hash; null when Cloudflare asks for one that it was not told of.</summary>
    public ArtifactFile? Find(string hash) => _byHash.GetValueOrDefault(hash);

    /// <summary>
    /// Hashes are shared by all sites of a namespace, and with the first upload of one goes its content type. So the project is part of it
    /// (no site decides over another's types, nor learns what another has) as well as the extension and the type.
    /// </summary>
    internal static string HashOf(ArtifactFile file, string projectId)
    {
        var named = $"{projectId}\n{file.Sha256}\n{Path.GetExtension(file.Path)}\n{file.ContentType}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(named)))[..HashDigits];
    }

    private void Add(ArtifactFile file, string projectId)
    {
        var hash = HashOf(file, projectId);
        _byHash.TryAdd(hash, file);
        _manifest[AddressOf(file)] = new JsonObject { ["hash"] = hash, ["size"] = file.Size };
    }
}
