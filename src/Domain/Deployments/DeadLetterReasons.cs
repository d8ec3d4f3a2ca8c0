namespace Libra.Deploy.Domain.Deployments;

/// <summary>Why a deployment became a dead letter; the words are those of API.md.</summary>
public static class DeadLetterReasons
{
    public const string MaxRetriesExceeded = "max_retries_exceeded";
    public const string ProcessingTimeout = "processing_timeout";
    public const string InvalidMessage = "invalid_message";
    public const string SystemError = "system_error";
}
