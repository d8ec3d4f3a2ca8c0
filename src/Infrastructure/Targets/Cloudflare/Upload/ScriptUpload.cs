using System.Text.Json;
using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>Puts a script with its settings into the dispatch namespace, which makes it the live version.</summary>
internal sealed class ScriptUpload(CloudflareApi api, ApiPaths paths)
{
    // The answer need not repeat the script; a binding that should be inherited and is not there is an error.
    private const string Query = "?excludeScript=true&bindings_inherit=strict";
    private const string MetadataPart = "metadata";

    public async Task<ErrorOr<Success>> RunAsync(PublishRequest request, string? assetsToken, CancellationToken cancellationToken)
    {
        var metadata = ScriptMetadata.For(request, assetsToken);
        var call = new ApiCall("script upload", HttpMethod.Put, paths.Script(request.Worker) + Query)
        {
            Body = () => FormOf(request, metadata),
            IsUpload = true,
            UnknownRefusal = Blame.Project,
        };
        var answer = await api.SendAsync(call, cancellationToken);
        return answer.IsError ? answer.Errors : Result.Success;
    }

    /// <summary>
    /// Whether this very deployment has put its script already; false also when Cloudflare does not say, as putting it again does no harm.
    /// </summary>
    public async Task<bool> HasRunAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var tags = await api.SendAsync(new ApiCall("script tags", HttpMethod.Get, paths.Tags(request.Worker)), cancellationToken);
        return !tags.IsError && tags.Value.Texts().Contains(ScriptMetadata.TagOf(request.DeploymentId), StringComparer.Ordinal);
    }

    private static MultipartParts FormOf(PublishRequest request, JsonObject metadata)
    {
        var form = new MultipartParts();
        form.Add(MetadataPart, fileName: null, contentType: null, new TextBody(metadata.ToJsonString(JsonSerializerOptions.Web)));
        var manifest = request.Artifact.Manifest;
        if (manifest.Worker is not { } worker) return form;

        var main = ArtifactPath.Worker + worker.MainModule;
        var modules = manifest.Files
            .Where(file => file.Path.StartsWith(ArtifactPath.Worker, StringComparison.Ordinal))
            .OrderBy(file => file.Path != main);
        foreach (var file in modules)
        {
            var name = file.Path[ArtifactPath.Worker.Length..];
            var body = new FileBody(Path.Combine(request.Artifact.Folder, file.Path), file.Size, base64: false);
            form.Add(name, name, ModuleKind.Of(worker, name).ContentType, body);
        }

        return form;
    }
}
