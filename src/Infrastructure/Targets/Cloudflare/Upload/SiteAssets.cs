using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>The public files of an artifact under the hashes by which Cloudflare knows them.</summary>
internal sealed class SiteAssets
{
    private const int HashDigits = 32;

    private readonly Dictionary<string, ArtifactFile> _byHash = new(StringComparer.Ordinal);

    private SiteAssets(IEnumerable<ArtifactFile> files, string projectId) => SessionRequest = Describe(files, projectId);

    /// <summary>
    /// Address to hash and size of every file: the JSON that opens an upload session. As bytes, because a site may have very many files
    /// and each of the session's tries sends the same.
    /// </summary>
    public ReadOnlyMemory<byte> SessionRequest { get; }

    public static ErrorOr<SiteAssets> Of(ArtifactManifest manifest, string projectId, CloudflareOptions options)
    {
        var files = PublicFiles(manifest).ToList();
        if (files.Count > options.MaxAssets)
            return TargetErrors.Rejected($"The site has {files.Count} files; Cloudflare takes {options.MaxAssets} at most.");
        if (files.Find(file => file.Size > options.MaxAssetBytes) is { } large)
            return TargetErrors.Rejected($"'{AddressOf(large)}' has {large.Size} bytes; Cloudflare takes {options.MaxAssetBytes} at most.");

        return new SiteAssets(files, projectId);
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

    private ReadOnlyMemory<byte> Describe(IEnumerable<ArtifactFile> files, string projectId)
    {
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text);
        json.WriteStartObject();
        json.WriteStartObject("manifest");
        foreach (var file in files)
        {
            var hash = HashOf(file, projectId);
            _byHash.TryAdd(hash, file);
            json.WriteStartObject(AddressOf(file));
            json.WriteString("hash", hash);
            json.WriteNumber("size", file.Size);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return text.WrittenMemory;
    }
}
