using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>The zone's custom hostnames; tests move them along.</summary>
internal sealed class HostnameState
{
    public ConcurrentDictionary<string, JsonObject> ById { get; } = new();

    /// <summary>Status of the fallback origin; null when there is none.</summary>
    public string? FallbackOrigin { get; set; } = "active";

    public JsonObject Named(string hostname) => ById.Values.Single(entry => (string)entry["hostname"]! == hostname);

    public void Move(string hostname, string status, string certificate)
    {
        var entry = Named(hostname);
        entry["status"] = status;
        entry["ssl"]!["status"] = certificate;
    }

    public JsonObject Add(string hostname, JsonNode? metadata = null)
    {
        var id = Guid.NewGuid().ToString("N");
        return ById[id] = new JsonObject
        {
            ["id"] = id,
            ["hostname"] = hostname,
            ["status"] = "pending",
            ["custom_metadata"] = metadata,
            ["ownership_verification"] = new JsonObject { ["type"] = "txt", ["name"] = $"_cf-custom-hostname.{hostname}", ["value"] = id },
            ["ownership_verification_http"] = new JsonObject { ["http_url"] = $"http://{hostname}/.well-known/cf-custom-hostname-challenge/{id}", ["http_body"] = id },
            ["ssl"] = new JsonObject { ["status"] = "initializing", ["method"] = "http", ["type"] = "dv" },
        };
    }
}

/// <summary>Custom hostnames and the fallback origin.</summary>
internal static class HostnameEndpoints
{
    private const string Hostnames = "/zones/{zone}/custom_hostnames";

    public static void Map(CloudflareDouble cloudflare)
    {
        var state = cloudflare.Hostnames;
        cloudflare.Map("fallback origin", "GET", Hostnames + "/fallback_origin", context => WithZoneAsync(context, () => state.FallbackOrigin is { } status
            ? Replies.ResultAsync(context, new JsonObject { ["origin"] = "dispatcher.example.net", ["status"] = status })
            : Replies.RefuseAsync(context, 404, 1551, "No fallback origin.")));
        cloudflare.Map("custom hostname search", "GET", Hostnames, context => WithZoneAsync(context, () => Replies.ResultAsync(
            context, new JsonArray([.. state.ById.Values.Where(entry => (string)entry["hostname"]! == context.Request.Query["hostname"]).Select(entry => entry.DeepClone())]))));
        cloudflare.Map("new custom hostname", "POST", Hostnames, context => WithZoneAsync(context, () => CreateAsync(context, state)));
        cloudflare.Map("custom hostname", "GET", Hostnames + "/{id}", context => WithEntryAsync(context, state, entry => Replies.ResultAsync(context, entry.DeepClone())));
        cloudflare.Map("custom hostname revalidation", "PATCH", Hostnames + "/{id}", context => WithEntryAsync(context, state, entry =>
        {
            entry["ssl"]!["status"] = "pending_validation";
            if ((string)entry["status"]! is "moved" or "deleted") entry["status"] = "pending";
            return Replies.ResultAsync(context, entry.DeepClone(), 202);
        }));
        cloudflare.Map("custom hostname removal", "DELETE", Hostnames + "/{id}", context => WithEntryAsync(context, state, entry =>
        {
            state.ById.TryRemove((string)entry["id"]!, out _);
            return context.Response.WriteAsJsonAsync(new JsonObject { ["id"] = (string)entry["id"]! }); // no envelope, as documented
        }));
    }

    private static async Task CreateAsync(HttpContext context, HostnameState state)
    {
        var body = (JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!;
        var hostname = (string)body["hostname"]!;
        if (state.ById.Values.Any(entry => (string)entry["hostname"]! == hostname)) await Replies.RefuseAsync(context, 409, 1406, "Duplicate custom hostname found.");
        else if ((string?)body["ssl"]?["type"] != "dv" || (string?)body["ssl"]?["method"] is not ("http" or "txt" or "email")) await Replies.RefuseAsync(context, 400, 1440, "ssl");
        else await Replies.ResultAsync(context, state.Add(hostname, body["custom_metadata"]?.DeepClone()).DeepClone(), 201);
    }

    private static async Task WithZoneAsync(HttpContext context, Func<Task> handle)
    {
        if (!await Replies.IsAllowedAsync(context)) return;
        if ((string?)context.Request.RouteValues["zone"] == CloudflareDouble.ZoneId) await handle();
        else await Replies.RefuseAsync(context, 400, 7003, "Could not route");
    }

    private static Task WithEntryAsync(HttpContext context, HostnameState state, Func<JsonObject, Task> handle) => WithZoneAsync(context, () =>
        state.ById.TryGetValue((string)context.Request.RouteValues["id"]!, out var entry)
            ? handle(entry)
            : Replies.RefuseAsync(context, 404, 1436, "The custom hostname was not found."));
}
