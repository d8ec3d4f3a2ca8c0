using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>Cloudflare's envelope.</summary>
internal static class Replies
{
    public static Task ResultAsync(HttpContext context, JsonNode? result, int status = 200)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new JsonObject { ["success"] = true, ["errors"] = new JsonArray(), ["messages"] = new JsonArray(), ["result"] = result });
    }

    public static Task RefuseAsync(HttpContext context, int status, int code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["cf-ray"] = "8f0000000000dead-FRA";
        return context.Response.WriteAsJsonAsync(new JsonObject
        {
            ["success"] = false,
            ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
            ["messages"] = new JsonArray(),
            ["result"] = null,
        });
    }

    /// <summary>True when the call carries the account's token; answers it when not.</summary>
    public static async Task<bool> IsAllowedAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization == $"Bearer {CloudflareDouble.Token}") return true;
        await RefuseAsync(context, 403, 10000, "Authentication error");
        return false;
    }

    /// <summary>True when the path names the account; answers it when not.</summary>
    public static async Task<bool> IsAccountAsync(HttpContext context)
    {
        if (!await IsAllowedAsync(context)) return false;
        var account = (string?)context.Request.RouteValues["account"];
        if (account == CloudflareDouble.AccountId) return true;
        await RefuseAsync(context, 400, 7003, $"Could not route to /accounts/{account}, perhaps your object identifier is invalid?");
        return false;
    }
}
