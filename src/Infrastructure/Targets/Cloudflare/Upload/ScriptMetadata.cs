using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>
/// What Cloudflare is told about a script. Everything in it comes from the checked manifest: ids of databases and the like would be
/// those of the platform's account, so a project's own config never gets here.
/// </summary>
internal static class ScriptMetadata
{
    // Operators set these at Cloudflare; an upload that does not name their kinds would drop them.
    private static readonly string[] KeptBindings = ["secret_text", "secret_key"];

    /// <param name="assetsToken">Of the finished upload; null when the artifact has no assets.</param>
    public static JsonObject For(PublishRequest request, string? assetsToken)
    {
        var manifest = request.Artifact.Manifest;
        var metadata = new JsonObject
        {
            ["compatibility_date"] = manifest.CompatibilityDate,
            ["compatibility_flags"] = ListOf(manifest.CompatibilityFlags),
            ["tags"] = ListOf(
                [Tag("project", request.ProjectId), Tag("org", request.OrganizationId), TagOf(request.DeploymentId)]),
        };
        if (manifest.Worker is { } worker)
        {
            metadata["main_module"] = worker.MainModule;
            metadata["bindings"] = BindingsOf(manifest);
            metadata["keep_bindings"] = ListOf(KeptBindings);
            AddRuntime(metadata, manifest.Runtime ?? new RuntimeSettings());
        }

        if (manifest.Assets is { } assets)
            metadata["assets"] = new JsonObject { ["jwt"] = assetsToken, ["config"] = ConfigOf(assets, manifest, request.Artifact) };
        return metadata;
    }

    /// <summary>Says which deployment put the script that is live.</summary>
    public static string TagOf(DeploymentId deployment) => Tag("deployment", deployment.Value);

    /// <summary>Tags are lists' separators to Cloudflare where they hold <c>,</c> or <c>&amp;</c>.</summary>
    internal static string Tag(string kind, string id) =>
        $"{kind}-{string.Concat(id.Take(200).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'))}";

    private static void AddRuntime(JsonObject metadata, RuntimeSettings runtime)
    {
        var observability = new JsonObject { ["enabled"] = runtime.Observed ?? true };
        if (runtime.SamplingRate is { } rate) observability["head_sampling_rate"] = rate;
        metadata["observability"] = observability;
        if (runtime.SmartPlacement) metadata["placement"] = new JsonObject { ["mode"] = "smart" };

        var limits = new JsonObject();
        if (runtime.CpuMilliseconds is { } cpu) limits["cpu_ms"] = cpu;
        if (runtime.Subrequests is { } subrequests) limits["subrequests"] = subrequests;
        if (limits.Count > 0) metadata["limits"] = limits;
    }

    private static JsonArray BindingsOf(ArtifactManifest manifest)
    {
        var bindings = new JsonArray();
        foreach (var (name, value) in manifest.Vars.OrderBy(var => var.Key, StringComparer.Ordinal))
        {
            bindings.Add(value.ValueKind == JsonValueKind.String
                ? new JsonObject { ["type"] = "plain_text", ["name"] = name, ["text"] = value.GetString() }
                : new JsonObject { ["type"] = "json", ["name"] = name, ["json"] = JsonNode.Parse(value.GetRawText()) });
        }

        if (manifest.Assets?.Binding is { } assets) bindings.Add(new JsonObject { ["type"] = "assets", ["name"] = assets });
        return bindings;
    }

    private static JsonObject ConfigOf(AssetsSettings assets, ArtifactManifest manifest, IArtifact artifact)
    {
        var config = new JsonObject { ["html_handling"] = assets.HtmlHandling, ["not_found_handling"] = assets.NotFoundHandling };
        if (manifest.Worker is not null && assets.RunWorkerFirstPaths is { } paths) config["run_worker_first"] = ListOf(paths);
        else if (manifest.Worker is not null && assets.RunWorkerFirst) config["run_worker_first"] = true;

        if (ArtifactHeader.AddTo(RuleFile(artifact, AssetRules.Headers), artifact.Digest) is { } headers) config["_headers"] = headers;
        if (RuleFile(artifact, AssetRules.Redirects) is { } redirects) config["_redirects"] = redirects;
        return config;
    }

    private static string? RuleFile(IArtifact artifact, string path) =>
        artifact.Manifest.Files.Any(file => file.Path == path) ? File.ReadAllText(Path.Combine(artifact.Folder, path)) : null;

    private static JsonArray ListOf(IEnumerable<string> values) => [.. values.Select(value => JsonValue.Create(value))];
}
