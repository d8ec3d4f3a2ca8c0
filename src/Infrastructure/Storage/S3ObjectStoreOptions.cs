using System.Text;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>An S3-compatible store: R2, or any other that takes path-style addresses.</summary>
public sealed record S3ObjectStoreOptions
{
    public const int MinimumPartBytes = 5 << 20; // S3 refuses smaller parts, save the last

    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests and presigned addresses are signed for; R2 takes <c>auto</c>, others want their own.</summary>
    public string Region { get; init; } = "auto";

    public string AccessKeyId { get; init; } = string.Empty;

    public string SecretAccessKey { get; init; } = string.Empty;

    public string LogsBucket { get; init; } = "libra-deployment-logs";

    public string ArtifactsBucket { get; init; } = "libra-deployment-artifacts";

    /// <summary>Objects larger than this are sent in parts of this size, one of them in memory at a time.</summary>
    public int PartBytes { get; init; } = 8 << 20;

    /// <summary>One request, without its retries.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tries after the first when the store is busy or the connection breaks.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (Endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
            yield return "R2_ENDPOINT must be an http or https address.";
        if (AccessKeyId.Length == 0 || SecretAccessKey.Length == 0)
            yield return "R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY are needed for the object store.";
        if (Region.Length == 0 || Region.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter != '-'))
            yield return "R2_REGION must be a name of letters, digits and hyphens.";
        if (LogsBucket.Length == 0 || ArtifactsBucket.Length == 0)
            yield return "R2_LOGS_BUCKET and R2_ARTIFACTS_BUCKET must not be empty.";
        if (PartBytes < MinimumPartBytes)
            yield return $"Parts of uploads must have at least {MinimumPartBytes} bytes.";
        if (RequestTimeout <= TimeSpan.Zero || Retries < 0)
            yield return "The object store's timeout must be positive and its retries not negative.";
    }

    /// <summary>Without the keys, so that printing the options is harmless.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append("Endpoint = ").Append(Endpoint?.Host).Append(", Region = ").Append(Region).Append(", LogsBucket = ").Append(LogsBucket)
            .Append(", ArtifactsBucket = ").Append(ArtifactsBucket);
        return true;
    }
}
