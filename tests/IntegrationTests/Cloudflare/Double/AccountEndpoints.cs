using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Cloudflare.Double;

/// <summary>What the account has and may do.</summary>
internal sealed class AccountState
{
    public ConcurrentDictionary<string, bool> Namespaces { get; } = new() { [CloudflareDouble.Namespace] = false };

    /// <summary>Workers for Platforms is bought.</summary>
    public bool Entitled { get; set; } = true;

    public bool Trusted { get; set; }

    public string TokenStatus { get; set; } = "active";

    /// <summary>A user's token is not known to the account.</summary>
    public bool TokenIsUsers { get; set; }
}

/// <summary>Token and namespaces.</summary>
internal static class AccountEndpoints
{
    public static void Map(CloudflareDouble cloudflare)
    {
        var account = cloudflare.Account;
        cloudflare.Map("account token", "GET", "/accounts/{account}/tokens/verify", context => VerifyAsync(context, account, known: !account.TokenIsUsers));
        cloudflare.Map("user token", "GET", "/user/tokens/verify", context => VerifyAsync(context, account, known: account.TokenIsUsers));
        cloudflare.Map("dispatch namespace", "GET", "/accounts/{account}/workers/dispatch/namespaces/{space}", context => GetAsync(context, account));
        cloudflare.Map("new dispatch namespace", "POST", "/accounts/{account}/workers/dispatch/namespaces", context => CreateAsync(context, account));
    }

    private static async Task VerifyAsync(HttpContext context, AccountState account, bool known)
    {
        if (!known || context.Request.Headers.Authorization != $"Bearer {CloudflareDouble.Token}") await Replies.RefuseAsync(context, 401, 1000, "Invalid API Token");
        else await Replies.ResultAsync(context, new JsonObject { ["id"] = "ed17574386854bf78a67040be0a770b0", ["status"] = account.TokenStatus });
    }

    private static async Task GetAsync(HttpContext context, AccountState account)
    {
        if (!await Replies.IsAccountAsync(context)) return;
        var name = (string)context.Request.RouteValues["space"]!;
        if (account.TokenStatus != "active") await Replies.RefuseAsync(context, 403, 10000, "Authentication error");
        else if (!account.Entitled) await Replies.RefuseAsync(context, 403, 10023, "You do not have access to this feature.");
        else if (!account.Namespaces.ContainsKey(name)) await Replies.RefuseAsync(context, 404, 100119, "Dispatch namespace not found.");
        else await Replies.ResultAsync(context, Describe(name, account));
    }

    private static async Task CreateAsync(HttpContext context, AccountState account)
    {
        if (!await Replies.IsAccountAsync(context)) return;
        var body = await JsonNode.ParseAsync(context.Request.Body);
        var name = (string)body!["name"]!;
        if (!account.Entitled) await Replies.RefuseAsync(context, 403, 10023, "You do not have access to this feature.");
        else if (!account.Namespaces.TryAdd(name, false)) await Replies.RefuseAsync(context, 409, 100120, "Namespace exists.");
        else await Replies.ResultAsync(context, Describe(name, account));
    }

    private static JsonObject Describe(string name, AccountState account) => new()
    {
        ["namespace_id"] = "30b3b8e6-4b1f-4c6a-9a0c-0a2b6f3f3b11",
        ["namespace_name"] = name,
        ["trusted_workers"] = account.Trusted,
        ["script_count"] = 0,
    };
}
