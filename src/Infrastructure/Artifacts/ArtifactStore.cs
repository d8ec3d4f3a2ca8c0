using System.Text.Json;
using System.Text.RegularExpressions;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>Keeps artifacts in the object store as <c>artifacts/sha256/{digest}.tar.gz</c>.</summary>
internal sealed partial class ArtifactStore(IObjectStore objects, ArtifactStoreOptions options, TimeProvider clock) : IArtifactStore
{
    /// <summary>Where all of them are.</summary>
    public const string Folder = "artifacts/sha256/";

    private const string Suffix = ".tar.gz";
    private const string ContentType = "application/gzip";

    // Nothing runs in a site of plain files, but its digest must not depend on the day it was packed.
    private const string StaticCompatibilityDate = "2026-11-01";

    private readonly ArtifactCache _cache = new(options, clock);
    private readonly ManifestRules _rules = new(options.Limits, clock);

    public Task<ErrorOr<ArtifactReference>> SaveBuildResultAsync(
        Stream tar, CancellationToken cancellationToken, ArtifactClaim? claim = null) =>
        SaveAsync(
            async draft => ToManifest(await BuildResultTar.ReadAsync(tar, draft, options.Limits, cancellationToken)),
            claim,
            cancellationToken);

    public Task<ErrorOr<ArtifactReference>> SaveStaticFilesAsync(
        StaticSite site, CancellationToken cancellationToken, ArtifactClaim? claim = null) =>
        SaveAsync(
            async draft =>
            {
                foreach (var (name, content) in site.Files)
                {
                    var path = ArtifactPath.Clean(ArtifactPath.Assets + name, options.Limits.MaxDepth);
                    draft.Claim(path, isFolder: false);
                    await draft.AddAsync(path, content.Length, new MemorySource(content).ReadAsync, cancellationToken);
                }

                var noVars = new Dictionary<string, JsonElement>();
                return new ArtifactManifest(ArtifactManifest.CurrentFormat, StaticCompatibilityDate, [], null, site.Assets, noVars, []);
            },
            claim,
            cancellationToken);

    public async Task<IArtifact?> OpenAsync(string digest, CancellationToken cancellationToken)
    {
        var key = KeyOf(digest);
        return await _cache.OpenAsync(digest, Unpack, cancellationToken);

        async Task<ArtifactManifest?> Unpack(string folder, CancellationToken cancelled)
        {
            await using var packed = await objects.GetAsync(ObjectBucket.Artifacts, key, cancelled);
            return packed is null ? null : await ArtifactPackage.ReadAsync(packed, digest, folder, options.Limits, cancelled);
        }
    }

    public async Task<bool> ExistsAsync(string digest, CancellationToken cancellationToken) =>
        await objects.HeadAsync(ObjectBucket.Artifacts, KeyOf(digest), cancellationToken) is not null;

    public Task<Stream?> OpenPackedAsync(string digest, CancellationToken cancellationToken) =>
        objects.GetAsync(ObjectBucket.Artifacts, KeyOf(digest), cancellationToken);

    public Uri? Presign(string digest, TimeSpan lifetime) => objects.Presign(ObjectBucket.Artifacts, KeyOf(digest), lifetime);

    public async Task DeleteAsync(string digest, CancellationToken cancellationToken)
    {
        await objects.DeleteAsync(ObjectBucket.Artifacts, [KeyOf(digest)], cancellationToken);
        _cache.Forget(digest);
    }

    private async Task<ErrorOr<ArtifactReference>> SaveAsync(
        Func<ArtifactDraft, Task<ArtifactManifest>> fill, ArtifactClaim? claim, CancellationToken cancellationToken)
    {
        using var work = _cache.NewFolder();
        try
        {
            var draft = new ArtifactDraft(work.Path, options.Limits);
            var settings = await fill(draft);
            var files = await AssetRules.PublishedAsync(draft.Files, work.Path, options.Limits, cancellationToken);
            var fallback = await TakeFallbackAsync(settings.Assets, files, work.Path, cancellationToken);
            var manifest = settings with { Files = [.. files.Select(Describe)], Assets = fallback ?? settings.Assets };
            _rules.Check(manifest);
            var stored = await StoreAsync(manifest, work.Path, claim, cancellationToken);
            return stored.IsError || fallback is null ? stored : stored.Value with { Note = FallbackRule.Note };
        }
        catch (InvalidDataException e)
        {
            return Error.Validation("ARTIFACT_INVALID", e.Message);
        }
    }

    /// <returns>The settings that stand for a rule that had to go; null when there is none.</returns>
    private static async Task<AssetsSettings?> TakeFallbackAsync(
        AssetsSettings? assets, List<UnpackedFile> files, string folder, CancellationToken cancellationToken) =>
        assets is { HtmlHandling: not "none" } && await FallbackRule.TakeOutAsync(files, folder, cancellationToken)
            ? assets with { NotFoundHandling = "single-page-application" }
            : null;

    private async Task<ErrorOr<ArtifactReference>> StoreAsync(
        ArtifactManifest manifest, string folder, ArtifactClaim? claim, CancellationToken cancellationToken)
    {
        var json = ManifestJson.Write(manifest);
        if (json.Length > options.Limits.MaxManifestBytes)
            throw new InvalidDataException(
                $"The list of the build result's files and settings has {json.Length} bytes; at most "
                    + $"{options.Limits.MaxManifestBytes} are allowed. Fewer files, or shorter names, make it smaller.");
        await using var packed = File.Create(Path.Combine(folder, "packed"), bufferSize: 64 << 10);
        await ArtifactPackage.WriteAsync(packed, json, manifest.Files, folder, cancellationToken);
        var artifact = new ArtifactReference(ManifestJson.Digest(json), packed.Length);
        if (claim is not null && await claim(artifact, cancellationToken) is { IsError: true } refused) return refused.Errors;

        // Looked for only now: before the claim a cleanup could still have taken it away. If it is there it has the same content.
        if (await ExistsAsync(artifact.Digest, cancellationToken)) return artifact;

        packed.Position = 0;
        var written = await objects.PutIfAbsentAsync(
            ObjectBucket.Artifacts, KeyOf(artifact.Digest), packed, ContentType, cancellationToken);
        // A store also says that somebody else wrote when it was a late delete that met this.
        if (!written && !await ExistsAsync(artifact.Digest, cancellationToken))
            throw new ObjectStoreException($"The object store kept no artifact {artifact.Digest}, though it said that there is one.");
        return artifact;
    }

    private ArtifactManifest ToManifest(BuildSettings settings)
    {
        if (settings.FormatVersion != ArtifactManifest.CurrentFormat)
            throw new InvalidDataException(
                $"result.json has format {settings.FormatVersion}; this version reads {ArtifactManifest.CurrentFormat}.");
        if (settings.Refused is { Count: > 0 } refused)
            throw new InvalidDataException(
                "These bindings of the wrangler config are not available: "
                    + $"{string.Join(", ", refused.Take(20).Select(name => name.Shortened(80)))}.");

        return new ArtifactManifest(
            settings.FormatVersion,
            settings.CompatibilityDate ?? throw new InvalidDataException("result.json has no compatibility date."),
            settings.CompatibilityFlags ?? [],
            WorkerOf(settings),
            settings.Assets?.ToSettings(),
            settings.Vars ?? new Dictionary<string, JsonElement>(),
            [],
            settings.Runtime);
    }

    private WorkerSettings? WorkerOf(BuildSettings settings)
    {
        var types = settings.ModuleTypes is { Count: > 0 } some ? some : null;
        if (settings.MainModule is { } main) return new WorkerSettings(ArtifactPath.Clean(main, options.Limits.MaxDepth), types);
        return types is null ? null : throw new InvalidDataException("Types of modules need a worker, and there is none.");
    }

    private static ArtifactFile Describe(UnpackedFile file) => new(file.Path, file.Sha256, file.Size, ContentTypes.For(file.Path));

    /// <summary>Null for a key that is no artifact's.</summary>
    public static string? DigestOf(string key) =>
        key.StartsWith(Folder, StringComparison.Ordinal) && key.EndsWith(Suffix, StringComparison.Ordinal)
            && Digest().IsMatch(key.AsSpan(Folder.Length, key.Length - Folder.Length - Suffix.Length))
            ? key[Folder.Length..^Suffix.Length]
            : null;

    private static string KeyOf(string digest) =>
        Digest().IsMatch(digest)
            ? $"{Folder}{digest}{Suffix}"
            : throw new ArgumentException("A digest is 64 lower-case hex digits.", nameof(digest));

    [GeneratedRegex(@"\A[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Digest();
}
