namespace Libra.Deploy.Application.Deployments.Logs;

/// <summary>Another worker holds the deployment now, or its log is sealed: this one must stop.</summary>
public sealed class LogWriterSupersededException(string message) : Exception(message)
{
    /// <summary>True when the log had ended before this worker opened it.</summary>
    public bool HadEnded { get; init; }
}
