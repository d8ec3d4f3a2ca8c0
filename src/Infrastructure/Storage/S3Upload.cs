using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>One upload: a single request when the content fits into one part, else in parts. The store verifies an MD5 of each.</summary>
internal sealed class S3Upload(
    AmazonS3Client client, string bucket, string key, string contentType, bool onlyIfAbsent, int partBytes)
{
    private const string Absent = "*";
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(20);

    private readonly List<byte> _partDigests = []; // MD5, one after the other

    /// <returns>False when <c>onlyIfAbsent</c> is set and there was an object.</returns>
    public async Task<bool> SendAsync(Stream content, CancellationToken cancellationToken)
    {
        // Most objects are small chunks of logs: no whole part for them.
        var buffer = new byte[content.CanSeek ? Math.Min(partBytes, content.Length - content.Position) : partBytes];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            if (length < partBytes)
                await PutAsync(buffer, length, cancellationToken);
            else if (onlyIfAbsent && await TagAsync(cancellationToken) is not null)
                return false; // spares the transfer; the check that decides is made when the parts are joined
            else
                await PutInPartsAsync(buffer, content, cancellationToken);
            return true;
        }
        catch (AmazonS3Exception refused) when (onlyIfAbsent && IsTaken(refused))
        {
            return false;
        }
    }

    // 409 is the answer to the loser of two writers at once; what the winner wrote is there or comes.
    private static bool IsTaken(AmazonS3Exception refused) =>
        S3Failure.Is(refused, HttpStatusCode.PreconditionFailed) || refused.ErrorCode == "ConditionalRequestConflict";

    private Task<PutObjectResponse> PutAsync(byte[] buffer, int length, CancellationToken cancellationToken) => client.PutObjectAsync(
        new PutObjectRequest
        {
            BucketName = bucket,
            Key = key,
            InputStream = new MemoryStream(buffer, 0, length, writable: false),
            ContentType = contentType,
            MD5Digest = Convert.ToBase64String(Md5(buffer.AsSpan(0, length))),
            IfNoneMatch = onlyIfAbsent ? Absent : null,
            UseChunkEncoding = false,
        },
        cancellationToken);

    private async Task PutInPartsAsync(byte[] buffer, Stream content, CancellationToken cancellationToken)
    {
        var start = new InitiateMultipartUploadRequest { BucketName = bucket, Key = key, ContentType = contentType };
        var uploadId = (await client.InitiateMultipartUploadAsync(start, cancellationToken)).UploadId;
        try
        {
            await JoinAsync(uploadId, await SendPartsAsync(uploadId, buffer, content, cancellationToken), cancellationToken);
        }
        catch (Exception)
        {
            await AbortAsync(uploadId);
            throw;
        }
    }

    private async Task JoinAsync(string uploadId, List<PartETag> parts, CancellationToken cancellationToken)
    {
        var join = new CompleteMultipartUploadRequest
        {
            BucketName = bucket,
            Key = key,
            UploadId = uploadId,
            PartETags = parts,
            IfNoneMatch = onlyIfAbsent ? Absent : null,
        };
        try
        {
            await client.CompleteMultipartUploadAsync(join, cancellationToken);
        }
        catch (AmazonS3Exception over) when (over.ErrorCode == "NoSuchUpload")
        {
            // The client asked again because an answer was lost: the upload is over when the object is what it was to be.
            if (await TagAsync(cancellationToken) != JoinedTag(parts.Count)) throw;
        }
    }

    // S3's tag of an object that was joined: the MD5 of its parts' MD5s, and how many they were.
    private string JoinedTag(int parts) => $"\"{Convert.ToHexStringLower(Md5(CollectionsMarshal.AsSpan(_partDigests)))}-{parts}\"";

    private async Task<List<PartETag>> SendPartsAsync(
        string uploadId, byte[] buffer, Stream content, CancellationToken cancellationToken)
    {
        var parts = new List<PartETag>();
        for (var length = buffer.Length; length > 0;)
        {
            var digest = Md5(buffer.AsSpan(0, length));
            var sent = await client.UploadPartAsync(
                new UploadPartRequest
                {
                    BucketName = bucket,
                    Key = key,
                    UploadId = uploadId,
                    PartNumber = parts.Count + 1,
                    PartSize = length,
                    InputStream = new MemoryStream(buffer, 0, length, writable: false),
                    MD5Digest = Convert.ToBase64String(digest),
                    UseChunkEncoding = false,
                },
                cancellationToken);
            parts.Add(new PartETag(parts.Count + 1, sent.ETag));
            _partDigests.AddRange(digest);
            length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }

        return parts;
    }

    /// <summary>The tag of the object that is there; null when there is none.</summary>
    private async Task<string?> TagAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetObjectMetadataAsync(bucket, key, cancellationToken)).ETag;
        }
        catch (AmazonS3Exception missing) when (S3Failure.Is(missing, HttpStatusCode.NotFound))
        {
            return null;
        }
    }

    /// <summary>Parts of an unfinished upload cost storage until they are aborted.</summary>
    private async Task AbortAsync(string uploadId)
    {
        // Not the caller's token: an upload is aborted most of all when its caller has given up.
        using var timeout = new CancellationTokenSource(AbortTimeout);
        try
        {
            await client.AbortMultipartUploadAsync(bucket, key, uploadId, timeout.Token);
        }
        catch (Exception failure)
            when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or OperationCanceledException)
        {
            // The failure that led here is the one to report. Buckets drop abandoned parts by a lifecycle rule (R2: after 7 days).
        }
    }

#pragma warning disable CA5351 // Content-MD5 is S3's checksum against damage on the way, not a protection against forgery.
    private static byte[] Md5(ReadOnlySpan<byte> content) => MD5.HashData(content);
#pragma warning restore CA5351
}
