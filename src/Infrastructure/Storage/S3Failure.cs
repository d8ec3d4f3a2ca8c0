using System.Net;
using Amazon.Runtime;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>Turns what the S3 client throws into what callers of a store expect.</summary>
internal static class S3Failure
{
    public static bool Is(Exception failure, HttpStatusCode status) =>
        failure is AmazonServiceException refused && refused.StatusCode == status;

    /// <summary>Runs a request; every failure but the caller's own cancellation becomes an <see cref="ObjectStoreException"/>.</summary>
    public static async Task<T> TranslateAsync<T>(string what, Func<Task<T>> request, CancellationToken cancellationToken)
    {
        try
        {
            return await request();
        }
        catch (Exception failure)
            when (failure is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException
                    or IOException and not ObjectStoreException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Translate(what, failure);
        }
    }

    /// <summary>The same within a limit; the client's own covers an answer to the end of its headers only.</summary>
    public static async Task<T> TranslateAsync<T>(
        string what, TimeSpan limit, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        return await TranslateAsync(what, () => request(late.Token), cancellationToken);
    }

    private static string AdviceFor(AmazonServiceException refused) => refused switch
    {
        { ErrorCode: "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" or "PermanentRedirect" } =>
            "R2_REGION and R2_ENDPOINT must be those of the region in which the buckets are.",
        { ErrorCode: "NoSuchBucket" } => "The buckets of R2_LOGS_BUCKET and R2_ARTIFACTS_BUCKET have to be made first.",
        { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } =>
            "R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY need the permission to read and write objects in both buckets.",
        _ => "",
    };

    private static ObjectStoreException Translate(string what, Exception failure)
    {
        // A refusal's own message and body can repeat the request with its key id: only code and status leave here.
        if (failure is AmazonServiceException { StatusCode: not 0 } refused)
            return new ObjectStoreException(
                $"The object store refused to {what}: {refused.ErrorCode} ({(int)refused.StatusCode}). {AdviceFor(refused)}".TrimEnd());

        var reason = failure is OperationCanceledException or TimeoutException ? "no answer in time" : failure.GetBaseException().Message;
        return new ObjectStoreException($"The object store could not {what}: {reason}", failure.GetBaseException());
    }
}
