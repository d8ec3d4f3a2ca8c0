namespace Libra.Deploy.Domain.Deployments;

/// <summary>Why a deployment became a dead letter; the words are those of docs/api.md.</summary>
public static class DeadLetterReasons
{
    public const string MaxRetriesExceeded = "max_retries_exceeded";
    public const string ProcessingTimeout = "processing_timeout";
    public const string InvalidMessage = "invalid_message";
    public const string SystemError = "system_error";

    /// <summary>All reasons there are.</summary>
    public static readonly IReadOnlyList<string> All = [MaxRetriesExceeded, ProcessingTimeout, InvalidMessage, SystemError];
}
