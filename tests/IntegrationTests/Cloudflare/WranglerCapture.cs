using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>What wrangler 4.86.0 really sent for one folder: with a worker, then as assets only.</summary>
internal static class WranglerCapture
{
    private static readonly JsonArray Requests = (JsonArray)JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Cloudflare/spec/wrangler-4.86.0-capture.json")))!;

    public sealed record Part(string Name, string? FileName, string? ContentType, string Body);

    /// <summary>Addresses and sizes of the session's manifest.</summary>
    public static Dictionary<string, long> Manifest() =>
        ((JsonObject)JsonNode.Parse(Body(0))!["manifest"]!).ToDictionary(entry => entry.Key, entry => (long)entry.Value!["size"]!);

    /// <summary>The parts of both uploads of files.</summary>
    public static async Task<List<Part>> UploadsAsync() => [.. await PartsAsync(1), .. await PartsAsync(2)];

    /// <summary>The parts of the script: of the deployment with a worker, or of the one without.</summary>
    public static Task<List<Part>> ScriptAsync(bool worker) => PartsAsync(worker ? 4 : Requests.Count - 1);

    /// <summary>The folder that was deployed, as a build returns it.</summary>
    public static async Task<BuildTar> BuildAsync(bool worker)
    {
        var build = new BuildTar()
            .Set("compatibilityDate", "2026-04-01").Set("compatibilityFlags", worker ? new[] { "nodejs_compat" } : [])
            .Assets(binding: worker ? "ASSETS" : null, notFound: "single-page-application", workerFirst: worker ? new[] { "/api/*" } : null)
            .File("assets/index.html", "<h1>hi</h1>\n").File("assets/about.txt", "<h1>hi</h1>\n").File("assets/noext", [0, 1])
            .File("assets/assets/app.js", "console.log(1)\n").File("assets/_headers", "/*\n  X-A: b\n").File("assets/_redirects", "/a /b 301\n");
        if (!worker) return build;

        build.Set("mainModule", "index.js").Set("runtime", new { smartPlacement = true }).Set("vars", new Dictionary<string, object?> { ["GREETING"] = "hi" });
        foreach (var module in (await ScriptAsync(worker)).Skip(1)) build.File("worker/" + Plain(module.Name), module.Body);
        return build;
    }

    /// <summary>wrangler names some modules <c>./x</c> as they are imported; the runtime takes both for the same path.</summary>
    public static string Plain(string module) => module.StartsWith("./", StringComparison.Ordinal) ? module[2..] : module;

    private static string Body(int request) => (string)Requests[request]!["body"]!;

    private static async Task<List<Part>> PartsAsync(int request)
    {
        var type = (string)Requests[request]!["headers"]!["content-type"]!;
        var context = new DefaultHttpContext { Request = { ContentType = type, Body = new MemoryStream(Encoding.UTF8.GetBytes(Body(request))) } };
        var (reader, parts) = (FormParts.ReaderOf(context.Request)!, new List<Part>());
        while (await FormParts.NextAsync(reader) is { } part)
            parts.Add(new Part(part.Name, part.FileName, part.ContentType, await new StreamReader(part.Body).ReadToEndAsync()));
        return parts;
    }
}
