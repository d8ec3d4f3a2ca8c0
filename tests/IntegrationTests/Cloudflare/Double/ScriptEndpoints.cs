using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>A module as it arrived.</summary>
internal sealed record ReceivedModule(string Name, string? ContentType, byte[] Content);

/// <summary>A script that is live.</summary>
/// <param name="Assets">Address to file; empty for a script without assets.</param>
internal sealed record ReceivedScript(
    JsonObject Metadata, IReadOnlyList<ReceivedModule> Modules, IReadOnlyDictionary<string, StoredAsset> Assets, string? MetadataType);

/// <summary>Scripts of the namespace.</summary>
internal static class ScriptEndpoints
{
    private const string Script = "/accounts/{account}/workers/dispatch/namespaces/{space}/scripts/{script}";
    private static readonly ConcurrentDictionary<(CloudflareDouble, string), bool> InHand = new();

    public static void Map(CloudflareDouble cloudflare)
    {
        cloudflare.Map("script upload", "PUT", Script, context => PutAsync(context, cloudflare));
        cloudflare.Map("script tags", "GET", Script + "/tags", context => TagsAsync(context, cloudflare));
        cloudflare.Map("script settings", "GET", Script + "/settings", context => SettingsAsync(context, cloudflare));
    }

    public static async Task<bool> IsNamespaceAsync(HttpContext context, AccountState account)
    {
        if (!account.Entitled) await Replies.RefuseAsync(context, 403, 10023, "You do not have access to this feature.");
        else if (!account.Namespaces.ContainsKey((string)context.Request.RouteValues["space"]!)) await Replies.RefuseAsync(context, 404, 100119, "Dispatch namespace not found.");
        else return true;
        return false;
    }

    private static async Task PutAsync(HttpContext context, CloudflareDouble cloudflare)
    {
        if (!await Replies.IsAccountAsync(context) || !await IsNamespaceAsync(context, cloudflare.Account)) return;
        var name = (string)context.Request.RouteValues["script"]!;
        if (!InHand.TryAdd((cloudflare, name), true))
        {
            await Replies.RefuseAsync(context, 409, 10035, "This operation was modified by a concurrent one.");
            return;
        }

        try
        {
            await TakeAsync(context, cloudflare, name);
        }
        finally
        {
            InHand.TryRemove((cloudflare, name), out _);
        }
    }

    private static async Task TakeAsync(HttpContext context, CloudflareDouble cloudflare, string name)
    {
        if (FormParts.ReaderOf(context.Request) is not { } reader)
        {
            await Replies.RefuseAsync(context, 415, 10001, "Unsupported content type.");
            return;
        }

        (JsonObject? metadata, string? metadataType, var modules) = (null, null, new List<ReceivedModule>());
        while (await FormParts.NextAsync(reader) is { } part)
        {
            using var content = new MemoryStream();
            await part.Body.CopyToAsync(content);
            if (part.Name == "metadata") (metadata, metadataType) = (JsonNode.Parse(Encoding.UTF8.GetString(content.ToArray())) as JsonObject, part.ContentType);
            else modules.Add(new ReceivedModule(part.Name, part.ContentType, content.ToArray()));
        }

        var assets = FilesOf(metadata, cloudflare.Assets, name);
        if (Complaint(metadata, modules, assets) is { } complaint)
        {
            await Replies.RefuseAsync(context, 400, 10021, complaint);
            return;
        }

        cloudflare.Scripts[name] = new ReceivedScript(metadata!, modules, assets ?? new Dictionary<string, StoredAsset>(), metadataType);
        await Replies.ResultAsync(context, new JsonObject
        {
            ["id"] = name,
            ["etag"] = "e",
            ["has_assets"] = assets is not null,
            ["has_modules"] = modules.Count > 0,
            ["startup_time_ms"] = 1,
            ["deployment_id"] = Guid.NewGuid().ToString("N"),
        });
    }

    private static string? Complaint(JsonObject? metadata, List<ReceivedModule> modules, Dictionary<string, StoredAsset>? assets)
    {
        if (metadata is null) return "no metadata";
        if (metadata["compatibility_date"] is null) return "no compatibility date";
        if (metadata["assets"] is not null && assets is null) return "the assets' token is not one of a finished upload of this script";
        var main = (string?)metadata["main_module"];
        if (main is null && (modules.Count > 0 || metadata["bindings"] is JsonArray { Count: > 0 })) return "modules or bindings without a main module";
        if (main is null && metadata["assets"]?["config"]?["run_worker_first"] is not null) return "run_worker_first without a script";
        if (main is null && assets is null) return "neither script nor assets";
        if (main is not null && modules.TrueForAll(module => module.Name != main)) return $"No such module \"{main}\".";
        return metadata["tags"] is JsonArray { Count: > 8 } ? "too many tags" : null;
    }

    private static Dictionary<string, StoredAsset>? FilesOf(JsonObject? metadata, AssetState assets, string script)
    {
        var id = Jwt.SessionOf((string?)metadata?["assets"]?["jwt"], "complete");
        return id is not null && assets.Sessions.TryGetValue(id, out var session) && session.Script == script && !session.IsOver
            ? session.Manifest.ToDictionary(entry => entry.Key, entry => assets.Files[entry.Value.Hash])
            : null;
    }

    private static async Task SettingsAsync(HttpContext context, CloudflareDouble cloudflare)
    {
        if (!await Replies.IsAccountAsync(context)) return;
        if (cloudflare.Scripts.TryGetValue((string)context.Request.RouteValues["script"]!, out var script))
            await Replies.ResultAsync(context, new JsonObject { ["bindings"] = script.Metadata["bindings"]?.DeepClone(), ["tags"] = script.Metadata["tags"]?.DeepClone() });
        else await Replies.RefuseAsync(context, 404, 10007, "This Worker does not exist on your account.");
    }

    private static async Task TagsAsync(HttpContext context, CloudflareDouble cloudflare)
    {
        if (!await Replies.IsAccountAsync(context) || !await IsNamespaceAsync(context, cloudflare.Account)) return;
        if (cloudflare.Scripts.TryGetValue((string)context.Request.RouteValues["script"]!, out var script))
            await Replies.ResultAsync(context, script.Metadata["tags"]?.DeepClone() ?? new JsonArray());
        else await Replies.RefuseAsync(context, 404, 10007, "This Worker does not exist on your account.");
    }
}
