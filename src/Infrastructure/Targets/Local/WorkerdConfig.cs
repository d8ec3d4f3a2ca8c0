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
    // A site must not reach services of this machine or its network.
    private const string PublicInternet =
        """(name = "internet", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true)))""";

    // Behind the cache API: a miss for every question, as for the untrusted workers of a dispatch namespace.
    private const string NoCacheScript =
        "export default { fetch(request) { return request.method === 'GET'"
        + " ? new Response(null, { status: 504, headers: { 'CF-Cache-Status': 'MISS' } })"
        + " : new Response(null, { status: request.method === 'PUT' ? 204 : 404 }); } }";

    /// <param name="artifactFolder">Absolute path of the unpacked artifact.</param>
    /// <param name="newestDate">What the runtime knows; a later date in the artifact means the newest it has.</param>
    public static string For(ArtifactManifest manifest, string artifactFolder, DateOnly newestDate)
    {
        var wanted = DateOnly.ParseExact(manifest.CompatibilityDate, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        var date = (wanted > newestDate ? newestDate : wanted).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var flags = string.Join(", ", manifest.CompatibilityFlags.Select(Text));
        var compatibility = $"compatibilityDate = {Text(date)}, compatibilityFlags = [{flags}]";

        var services = new List<string> { PublicInternet };
        if (manifest.Assets is { } assets) services.Add(Assets(assets, manifest.Worker is not null, artifactFolder, compatibility));
        if (manifest.Worker is { } worker)
        {
            services.Add(Worker(worker, manifest, artifactFolder, compatibility));
            services.Add(NoCache());
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
            ["run_worker_first"] = settings.RunWorkerFirstPaths is { } globs
                ? new JsonArray([.. globs.Select(glob => JsonValue.Create(glob))])
                : settings.RunWorkerFirst,
        };
        if (RuleFile(folder, AssetRules.Headers) is { } headers) config["headers"] = headers;
        if (RuleFile(folder, AssetRules.Redirects) is { } redirects) config["redirects"] = redirects;

        var behind = hasWorker ? "userWorker = \"worker\"" : compatibility;
        var path = Text(Path.Combine(folder, "assets"));
        return $"""(name = "assets", assets = (path = {path}, config = {Text(config.ToJsonString())}, {behind}))""";
    }

    private static string Worker(WorkerSettings worker, ArtifactManifest manifest, string folder, string compatibility)
    {
        var main = ArtifactPath.Worker + worker.MainModule;
        // The first module is the one that runs.
        var modules = manifest.Files
            .Select(file => file.Path)
            .Where(path => path.StartsWith(ArtifactPath.Worker, StringComparison.Ordinal))
            .OrderBy(path => path != main)
            .Select(path => (Name: path[ArtifactPath.Worker.Length..], File: Path.Combine(folder, path)))
            .Select(module => (module.Name, module.File, Kind: ModuleKind.Of(worker, module.Name)))
            .Where(module => module.Kind != ModuleKind.SourceMap)
            .Select(module => $"(name = {Text(module.Name)}, {module.Kind.Field} = embed {Text(module.File)})");
        var bindings = manifest.Vars.Select(var => $"(name = {Text(var.Key)}, {Value(var.Value)})");
        if (manifest.Assets?.Binding is { } binding)
            bindings = bindings.Append($"""(name = {Text(binding)}, service = (name = "assets", entrypoint = "AssetWorker"))""");

        return $"""
            (name = "worker", worker = ({compatibility}, cacheApiOutbound = "no-cache",
                  modules = [{string.Join(", ", modules)}],
                  bindings = [{string.Join(", ", bindings)}]))
            """;
    }

    private static string NoCache() => $"""
        (name = "no-cache", worker = (compatibilityDate = "2026-01-01",
              modules = [(name = "no-cache.js", esModule = {Text(NoCacheScript)})]))
        """;

    private static string Value(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? $"text = {Text(value.GetString()!)}" : $"json = {Text(value.GetRawText())}";

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
