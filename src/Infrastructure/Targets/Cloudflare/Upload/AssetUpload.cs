using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>Brings the files of a site to Cloudflare: those that it does not have yet.</summary>
internal sealed class AssetUpload(CloudflareApi api, ApiPaths paths, CloudflareOptions options)
{
    /// <summary>Uploads what is missing. Safe to repeat: what has arrived is not asked for again.</summary>
    /// <returns>The token with which the script is put on top of the files.</returns>
    public async Task<ErrorOr<string>> RunAsync(
        WorkerName worker, string projectId, IArtifact artifact, CancellationToken cancellationToken)
    {
        var assets = SiteAssets.Of(artifact.Manifest, projectId, options);
        if (assets.IsError) return assets.Errors;

        for (var sessions = 1; ; sessions++)
        {
            var session = await OpenAsync(worker, assets.Value, cancellationToken);
            if (session.IsError) return session.Errors;
            // Nothing is missing: the token is that of a finished upload already.
            if (session.Value.Buckets.Count == 0) return session.Value.Token;

            var buckets = new AssetBuckets(api, paths, options, artifact.Folder, assets.Value, session.Value.Token);
            var completed = await buckets.SendAsync(session.Value.Buckets, cancellationToken);
            if (!completed.IsError || !CloudflareErrors.IsSessionOver(completed.FirstError) || sessions >= options.MaxSessions)
                return completed;
        }
    }

    private async Task<ErrorOr<Session>> OpenAsync(WorkerName worker, SiteAssets assets, CancellationToken cancellationToken)
    {
        var call = new ApiCall("assets session", HttpMethod.Post, paths.AssetsSession(worker))
        {
            Body = () => ApiCall.Json(assets.SessionRequest),
        };
        var answer = await api.SendAsync(call, cancellationToken);
        if (answer.IsError) return answer.Errors;
        if (answer.Value.Text("jwt") is not { Length: > 0 } token) return CloudflareErrors.Incomplete(call, "token");

        var buckets = answer.Value.Items("buckets").Select(bucket => bucket.Texts().Distinct().ToArray()).ToList();
        buckets.RemoveAll(bucket => bucket.Length == 0);
        return buckets.Exists(bucket => Array.Exists(bucket, hash => assets.Find(hash) is null))
            ? CloudflareErrors.Incomplete(call, "list of files that fits the site")
            : new Session(token, buckets);
    }

    /// <summary>What Cloudflare wants to be sent, and the token to send it with.</summary>
    private sealed record Session(string Token, IReadOnlyList<string[]> Buckets);
}
