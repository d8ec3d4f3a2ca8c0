using Amazon.Runtime;
using Amazon.S3;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>The client settings that R2 and other S3-compatible stores need; the SDK's defaults are for AWS only.</summary>
internal static class S3Client
{
    public static AmazonS3Client Create(S3ObjectStoreOptions options) => new(
        new BasicAWSCredentials(options.AccessKeyId, options.SecretAccessKey),
        new AmazonS3Config
        {
            ServiceURL = options.Endpoint!.AbsoluteUri,
            ForcePathStyle = true,
            AuthenticationRegion = options.Region,

            // The default sends a checksum as a trailer of a chunked body, which such stores refuse. Uploads carry an MD5 instead.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = options.Retries,
            Timeout = options.RequestTimeout,
        });
}
