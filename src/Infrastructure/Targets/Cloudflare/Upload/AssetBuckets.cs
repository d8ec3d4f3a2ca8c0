using System.Collections.Concurrent;
using ErrorOr;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>Sends the files of one upload session, grouped as Cloudflare asked, a few groups at a time.</summary>
internal sealed class AssetBuckets(
    CloudflareApi api, ApiPaths paths, CloudflareOptions options, string folder, SiteAssets assets, string sessionToken)
{
    private const int GatewayTimeout = 524;
    private const int BucketTries = 5;
    private const string NoType = "application/null"; // Cloudflare's word for: serve it without a type

    private volatile bool _oneAtATime;
    private volatile string? _completion;

    /// <returns>The token that says that all files are there.</returns>
    public async Task<ErrorOr<string>> SendAsync(IReadOnlyList<string[]> buckets, CancellationToken cancellationToken)
    {
        var waiting = new ConcurrentQueue<string[]>(buckets);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var lanes = Enumerable.Range(0, Math.Min(options.UploadConcurrency, buckets.Count));
        var ended = await Task.WhenAll(lanes.Select(lane => RunLaneAsync(lane, waiting, stop)));
        var failures = ended.OfType<Error>().ToList();
        cancellationToken.ThrowIfCancellationRequested();

        if (failures.Count > 0) return failures[0];
        return _completion is { } token ? token : CloudflareErrors.NotCompleted();
    }

    private async Task<Error?> RunLaneAsync(int lane, ConcurrentQueue<string[]> waiting, CancellationTokenSource stop)
    {
        while ((lane == 0 || !_oneAtATime) && waiting.TryDequeue(out var bucket))
        {
            try
            {
                if (await SendBucketAsync(bucket, stop.Token) is { } failed)
                {
                    // What the other lanes send now would be in vain.
                    await stop.CancelAsync();
                    return failed;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return null; // another lane has the reason, or the caller asked for it
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }

        return null;
    }

    private async Task<Error?> SendBucketAsync(string[] hashes, CancellationToken cancellationToken)
    {
        var call = new ApiCall("assets upload", HttpMethod.Post, paths.AssetsUpload)
        {
            Body = () => FormOf(hashes),
            SessionToken = sessionToken,
            MaxTries = BucketTries,
            IsUpload = true,
            OnFailedTry = status => _oneAtATime |= status == GatewayTimeout,
        };
        var answer = await api.SendAsync(call, cancellationToken);
        if (answer.IsError) return answer.FirstError;

        // It comes with the upload that Cloudflare finishes last.
        if (answer.Value.Text("jwt") is { Length: > 0 } completion) _completion = completion;
        return null;
    }

    private MultipartParts FormOf(string[] hashes)
    {
        var form = new MultipartParts();
        foreach (var hash in hashes)
        {
            var file = assets.Find(hash)!;
            var type = file.ContentType == ContentTypes.Unknown ? NoType : file.ContentType;
            form.Add(hash, hash, type, new FileBody(Path.Combine(folder, file.Path), file.Size, base64: true));
        }

        return form;
    }
}
