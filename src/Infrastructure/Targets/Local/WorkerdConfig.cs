using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>
/// The config with which workerd serves an artifact: the assets service in front, the worker behind it. It is Cap'n Proto text
/// because workerd's reading of wrangler configs takes one module only.
/// </summary>
internal static class WorkerdConfig
{
    // Sites without a cache: a miss for every question, as for the untrusted workers of a dispatch namespace.
    private const string NoCache =
        "export default { fetch(request) { return request.method === 'GET'"
        + " ? new Response(null, { status: 504, headers: { 'CF-Cache-Status': 'MISS' } })"
        + " : new Response(null, { status: request.method === 'PUT' ? 204 : 404 }); } }";

    /// <param name="artifactFolder">Absolute path of the unpacked artifact.</param>
    /// <param name="newestDate">What the runtime knows; a later date in the artifact means the newest it has.</param>
    public static string For(ArtifactManifest manifest, string artifactFolder, DateOnly newestDate)
    {
        var wanted = DateOnly.ParseExact(manifest.CompatibilityDate, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var date = (wanted > newestDate ? newestDate : wanted).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var compatibility = $"compatibilityDate = {Text(date)}, compatibilityFlags = [{string.Join(", ", manifest.CompatibilityFlags.Select(Text))}]";

        // Only addresses of the public internet: a site must not reach services of this machine or its network.
        var services = new List<string> { """(name = "internet", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true)))""" };
        if (manifest.Assets is { } assets) services.Add(Assets(assets, manifest.Worker is not null, artifactFolder, compatibility));
        if (manifest.Worker is { } worker)
        {
            services.Add(Worker(worker, manifest, artifactFolder, compatibility));
            services.Add($"""(name = "no-cache", worker = (compatibilityDate = "2026-01-01", modules = [(name = "no-cache.js", esModule = {Text(NoCache)})]))""");
        }

        var front = manifest.Assets is null ? "worker" : "assets";
        return $"""
            using Workerd = import "/workerd/workerd.capnp";
            const config :Workerd.Config = (
              services = [
                {string.Join(",\n    ", services)}
              ],
              sockets = [(name = "http", http = (), service = {Text(front)})]
            );

            """;
    }

    private static string Assets(AssetsSettings settings, bool hasWorker, string folder, string compatibility)
    {
        var config = new JsonObject
        {
            ["html_handling"] = settings.HtmlHandling,
            ["not_found_handling"] = settings.NotFoundHandling,
            ["run_worker_first"] = settings.RunWorkerFirstPaths is { } paths
                ? new JsonArray([.. paths.Select(path => JsonValue.Create(path))])
                : settings.RunWorkerFirst,
        };
        if (RuleFile(folder, AssetRules.Headers) is { } headers) config["headers"] = headers;
        if (RuleFile(folder, AssetRules.Redirects) is { } redirects) config["redirects"] = redirects;

        var behind = hasWorker ? """userWorker = "worker" """.TrimEnd() : compatibility;
        return $"""(name = "assets", assets = (path = {Text(Path.Combine(folder, "assets"))}, config = {Text(config.ToJsonString())}, {behind}))""";
    }

    private static string Worker(WorkerSettings worker, ArtifactManifest manifest, string folder, string compatibility)
    {
        var main = ArtifactPath.Worker + worker.MainModule;
        // The first module is the one that runs.
        var modules = manifest.Files
            .Where(file => file.Path.StartsWith(ArtifactPath.Worker, StringComparison.Ordinal) && !file.Path.EndsWith(".map", StringComparison.Ordinal))
            .OrderBy(file => file.Path != main)
            .Select(file => $"(name = {Text(file.Path[ArtifactPath.Worker.Length..])}, {KindOf(file.Path)} = embed {Text(Path.Combine(folder, file.Path))})");
        var bindings = manifest.Vars
            .Select(var => $"(name = {Text(var.Key)}, {(var.Value.ValueKind == JsonValueKind.String ? "text = " + Text(var.Value.GetString()!) : "json = " + Text(var.Value.GetRawText()))})");
        if (manifest.Assets?.Binding is { } binding)
            bindings = bindings.Append($"""(name = {Text(binding)}, service = (name = "assets", entrypoint = "AssetWorker"))""");

        return $"""
            (name = "worker", worker = ({compatibility}, cacheApiOutbound = "no-cache",
                  modules = [{string.Join(", ", modules)}],
                  bindings = [{string.Join(", ", bindings)}]))
            """;
    }

    private static string KindOf(string path) => Path.GetExtension(path) switch
    {
        ".js" or ".mjs" => "esModule",
        ".cjs" => "commonJsModule",
        ".wasm" => "wasm",
        ".txt" or ".html" or ".sql" or ".md" => "text",
        ".json" => "json",
        _ => "data",
    };

    private static string? RuleFile(string folder, string path) =>
        File.Exists(Path.Combine(folder, path)) ? File.ReadAllText(Path.Combine(folder, path)) : null;

    // A string literal of the config language: everything that is not plain is escaped, so that no value can end it.
    private static string Text(string value)
    {
        var literal = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\') literal.Append('\\').Append(c);
            else if (char.IsControl(c) && c < 0x80) literal.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}");
            else literal.Append(c);
        }

        return literal.Append('"').ToString();
    }
}
