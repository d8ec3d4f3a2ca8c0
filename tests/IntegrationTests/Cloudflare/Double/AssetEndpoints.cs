using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>A file as it arrived.</summary>
/// <param name="Content">Null where the double was told to keep no bytes.</param>
internal sealed record StoredAsset(string ContentType, long Size, string Sha256, byte[]? Content);

/// <summary>One upload session.</summary>
internal sealed record AssetSession(string Script, IReadOnlyDictionary<string, (string Hash, long Size)> Manifest)
{
    public bool IsOver { get; set; }
}

/// <summary>The files of the namespace: shared by all its scripts, as at Cloudflare.</summary>
internal sealed class AssetState
{
    public ConcurrentDictionary<string, StoredAsset> Files { get; } = new();

    public ConcurrentDictionary<string, AssetSession> Sessions { get; } = new();

    /// <summary>Hashes in the order in which they arrived; one that came twice is here twice.</summary>
    public ConcurrentQueue<string> Arrivals { get; } = new();

    public int FilesInABucket { get; set; } = 2;

    public bool KeepsBytes { get; set; } = true;

    /// <summary>Every token given so far is refused from now on.</summary>
    public void EndSessions()
    {
        foreach (var session in Sessions.Values) session.IsOver = true;
    }
}

/// <summary>Upload sessions and uploads.</summary>
internal static partial class AssetEndpoints
{
    private const string Spaces = "/accounts/{account}/workers/dispatch/namespaces/{space}/scripts/{script}";

    public static void Map(CloudflareDouble cloudflare)
    {
        cloudflare.Map("assets session", "POST", Spaces + "/assets-upload-session", context => OpenAsync(context, cloudflare));
        cloudflare.Map("assets upload", "POST", "/accounts/{account}/workers/assets/upload", context => TakeAsync(context, cloudflare.Assets));
    }

    private static async Task OpenAsync(HttpContext context, CloudflareDouble cloudflare)
    {
        if (!await Replies.IsAccountAsync(context) || !await ScriptEndpoints.IsNamespaceAsync(context, cloudflare.Account)) return;
        var manifest = (await JsonNode.ParseAsync(context.Request.Body))?["manifest"] as JsonObject;
        if (manifest is null || manifest.Any(entry => entry.Key[0] != '/' || !Hash().IsMatch((string)entry.Value!["hash"]!)))
        {
            await Replies.RefuseAsync(context, 400, 10026, "bad manifest");
            return;
        }

        var id = Guid.NewGuid().ToString("N");
        var session = new AssetSession(
            (string)context.Request.RouteValues["script"]!, manifest.ToDictionary(entry => entry.Key, entry => ((string)entry.Value!["hash"]!, (long)entry.Value["size"]!)));
        cloudflare.Assets.Sessions[id] = session;
        var missing = Missing(session, cloudflare.Assets).ToArray();
        var buckets = new JsonArray([.. missing.Chunk(cloudflare.Assets.FilesInABucket).Select(bucket => new JsonArray([.. bucket.Select(hash => JsonValue.Create(hash))]))]);
        await Replies.ResultAsync(context, new JsonObject { ["jwt"] = Jwt.New(missing.Length == 0 ? "complete" : "upload", id), ["buckets"] = missing.Length == 0 ? null : buckets });
    }

    private static async Task TakeAsync(HttpContext context, AssetState assets)
    {
        var id = Jwt.SessionOf(context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal), "upload");
        if (id is null || !assets.Sessions.TryGetValue(id, out var session) || session.IsOver)
        {
            await Replies.RefuseAsync(context, 401, 10000, "Authentication error");
            return;
        }

        if (context.Request.Query["base64"] != "true" || FormParts.ReaderOf(context.Request) is not { } reader)
        {
            await Replies.RefuseAsync(context, 400, 10026, "no form");
            return;
        }

        var sizes = session.Manifest.Values.DistinctBy(entry => entry.Hash).ToDictionary(entry => entry.Hash, entry => entry.Size);
        while (await FormParts.NextAsync(reader) is { } part)
        {
            var stored = await StoreAsync(part, assets.KeepsBytes);
            if (!sizes.TryGetValue(part.Name, out var size) || part.FileName != part.Name || stored.Size != size)
            {
                await Replies.RefuseAsync(context, 400, 10026, $"'{part.Name}' was not asked for, or not with {stored.Size} bytes");
                return;
            }

            assets.Arrivals.Enqueue(part.Name);
            assets.Files.TryAdd(part.Name, stored); // the first one decides over the type
        }

        var complete = !Missing(session, assets).Any();
        await Replies.ResultAsync(context, complete ? new JsonObject { ["jwt"] = Jwt.New("complete", id) } : [], complete ? 201 : 202);
    }

    private static async Task<StoredAsset> StoreAsync(FormPart part, bool keepsBytes)
    {
        using var decoded = new CryptoStream(part.Body, new FromBase64Transform(FromBase64TransformMode.DoNotIgnoreWhiteSpaces), CryptoStreamMode.Read);
        using var sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var kept = new MemoryStream();
        var (buffer, size, read) = (new byte[64 << 10], 0L, 0);
        while ((read = await decoded.ReadAsync(buffer)) > 0)
        {
            size += read;
            sha256.AppendData(buffer, 0, read);
            if (keepsBytes) kept.Write(buffer, 0, read);
        }

        return new StoredAsset(part.ContentType ?? "", size, Convert.ToHexStringLower(sha256.GetHashAndReset()), keepsBytes ? kept.ToArray() : null);
    }

    private static IEnumerable<string> Missing(AssetSession session, AssetState assets) =>
        session.Manifest.Values.Select(entry => entry.Hash).Distinct().Where(hash => !assets.Files.ContainsKey(hash));

    [GeneratedRegex("^[0-9a-f]{32}$")]
    private static partial Regex Hash();
}
