using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>Puts artifacts live in a Workers for Platforms namespace, by plain HTTPS from here: no sandbox ever sees the token.</summary>
internal sealed class CloudflareTarget(
    CloudflareOptions options,
    CloudflarePreflight preflight,
    AssetUpload assets,
    ScriptUpload scripts,
    LiveProof proof) : IDeployTarget, IDisposable
{
    // Cloudflare refuses two uploads of one script at the same time. A stripe may hold several scripts; that only makes one wait.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public string Name => "cloudflare";

    public Uri AddressOf(WorkerName worker) =>
        new UriBuilder(options.DispatcherUrl) { Host = $"{worker.Value}.{options.DispatcherUrl.Host}" }.Uri;

    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => preflight.CheckAsync(cancellationToken);

    public async Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        var turn = _turns[(uint)request.Worker.Value.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            // The worker before may have died while it waited for the new version to be seen: then all of it is there.
            if (request.Resumed && await scripts.HasRunAsync(request, cancellationToken)) return Result.Success;

            var published = await UploadAsync(request, cancellationToken);
            if (!published.IsError || CloudflareErrors.StatusOf(published.FirstError) != 404) return published;

            // The namespace went away since it was checked: the check makes it anew, or says why it cannot.
            await preflight.ForgetAsync(cancellationToken);
            var ready = await preflight.CheckAsync(cancellationToken);
            return ready.IsError ? ready : await UploadAsync(request, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken) =>
        proof.FindAsync(AddressOf(request.Worker), request.Artifact, cancellationToken);

    public void Dispose()
    {
        foreach (var turn in _turns) turn.Dispose();
    }

    private async Task<ErrorOr<Success>> UploadAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        string? token = null;
        if (request.Artifact.Manifest.Assets is not null)
        {
            var uploaded = await assets.RunAsync(request.Worker, request.ProjectId, request.Artifact, cancellationToken);
            if (uploaded.IsError) return uploaded.Errors;
            token = uploaded.Value;
        }

        return await scripts.RunAsync(request, token, cancellationToken);
    }
}
