using System.Net;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>Objects in R2 or another S3-compatible store.</summary>
internal sealed class S3ObjectStore(S3ObjectStoreOptions options, TimeProvider clock) : IObjectStore, IDisposable
{
    private const int DeletePage = 1000; // the most that one request may name

    private readonly AmazonS3Client _client = S3Client.Create(options);

    // Of a call whose answer the client reads to its end: all of its tries, and once more for the last answer.
    private readonly TimeSpan _longestCall = options.RequestTimeout * (options.Retries + 2);

    public Task PutAsync(ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        UploadAsync(bucket, key, content, contentType, onlyIfAbsent: false, cancellationToken);

    public Task<bool> PutIfAbsentAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, CancellationToken cancellationToken) =>
        UploadAsync(bucket, key, content, contentType, onlyIfAbsent: true, cancellationToken);

    public async Task<Stream?> GetAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = NameOf(bucket), Key = ObjectKey.Check(key) };
        var response = await FindAsync($"read {key}", token => _client.GetObjectAsync(request, token), cancellationToken);
        return response is null ? null : new S3ReadStream(response, key, options.RequestTimeout);
    }

    public async Task<byte[]?> ReadRangeAsync(
        ObjectBucket bucket, string key, long offset, int length, CancellationToken cancellationToken)
    {
        if (length == 0) return await HeadAsync(bucket, key, cancellationToken) is null ? null : [];

        var request = new GetObjectRequest
        {
            BucketName = NameOf(bucket),
            Key = ObjectKey.Check(key),
            ByteRange = new ByteRange(offset, offset + length - 1),
        };
        return await S3Failure.TranslateAsync($"read a part of {key}", () => ReadAsync(request, cancellationToken), cancellationToken);
    }

    public async Task<ObjectInfo?> HeadAsync(ObjectBucket bucket, string key, CancellationToken cancellationToken)
    {
        var request = new GetObjectMetadataRequest { BucketName = NameOf(bucket), Key = ObjectKey.Check(key) };
        var found = await FindAsync($"look at {key}", token => _client.GetObjectMetadataAsync(request, token), cancellationToken);
        if (found is not null) return new ObjectInfo(key, found.ContentLength, Utc(found.LastModified));

        // An answer to HEAD has no body that could say whether the object is missing or the bucket: one to GET has.
        var reading = new GetObjectRequest { BucketName = request.BucketName, Key = request.Key };
        using var come = await FindAsync($"look at {key}", token => _client.GetObjectAsync(reading, token), cancellationToken);
        return come is null ? null : new ObjectInfo(key, come.ContentLength, Utc(come.LastModified));
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        ObjectBucket bucket, string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = NameOf(bucket), Prefix = ObjectKey.CheckPrefix(prefix) };
        ListObjectsV2Response page;
        do
        {
            page = await S3Failure.TranslateAsync(
                $"list {prefix}", _longestCall, token => _client.ListObjectsV2Async(request, token), cancellationToken);
            foreach (var item in page.S3Objects ?? []) // null when the page is empty
                yield return new ObjectInfo(item.Key, item.Size ?? 0, Utc(item.LastModified));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);
    }

    public async Task DeleteAsync(ObjectBucket bucket, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var page in keys.Select(ObjectKey.Check).ToList().Chunk(DeletePage))
        {
            var request = new DeleteObjectsRequest
            {
                BucketName = NameOf(bucket),
                Objects = [.. page.Select(key => new KeyVersion { Key = key })],
                Quiet = true,
            };
            await S3Failure.TranslateAsync(
                $"delete {page.Length} objects", _longestCall, token => _client.DeleteObjectsAsync(request, token), cancellationToken);
        }
    }

    public Uri? Presign(ObjectBucket bucket, string key, TimeSpan lifetime) => new(_client.GetPreSignedURL(new GetPreSignedUrlRequest
    {
        BucketName = NameOf(bucket),
        Key = ObjectKey.Check(key),
        Verb = HttpVerb.GET,
        Expires = (clock.GetUtcNow() + lifetime).UtcDateTime,
        Protocol = options.Endpoint!.Scheme == Uri.UriSchemeHttp ? Protocol.HTTP : Protocol.HTTPS,
    }));

    public void Dispose() => _client.Dispose();

    private Task<bool> UploadAsync(
        ObjectBucket bucket, string key, Stream content, string contentType, bool onlyIfAbsent, CancellationToken cancellationToken)
    {
        var upload = new S3Upload(_client, NameOf(bucket), ObjectKey.Check(key), contentType, onlyIfAbsent, options.PartBytes);
        return S3Failure.TranslateAsync($"write {key}", () => upload.SendAsync(content, cancellationToken), cancellationToken);
    }

    private async Task<byte[]?> ReadAsync(GetObjectRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _client.GetObjectAsync(request, cancellationToken);
            await using var body = new S3ReadStream(response, request.Key, options.RequestTimeout);
            var bytes = new byte[response.ContentLength];
            await body.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (AmazonS3Exception missing) when (S3Failure.Is(missing, HttpStatusCode.NotFound) && missing.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch (AmazonS3Exception behindEnd) when (S3Failure.Is(behindEnd, HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            return [];
        }
    }

    /// <summary>Null for a missing object; a missing bucket is a failure, or a wrong setting would look like empty storage.</summary>
    private static Task<T?> FindAsync<T>(string what, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
        where T : class =>
        S3Failure.TranslateAsync(
            what,
            async () =>
            {
                try
                {
                    return await request(cancellationToken);
                }
                catch (AmazonS3Exception missing)
                    when (S3Failure.Is(missing, HttpStatusCode.NotFound) && missing.ErrorCode != "NoSuchBucket")
                {
                    return null;
                }
            },
            cancellationToken);

    private static DateTimeOffset Utc(DateTime? time) => new((time ?? default).ToUniversalTime());

    private string NameOf(ObjectBucket bucket) => bucket switch
    {
        ObjectBucket.Logs => options.LogsBucket,
        ObjectBucket.Artifacts => options.ArtifactsBucket,
    };
}
