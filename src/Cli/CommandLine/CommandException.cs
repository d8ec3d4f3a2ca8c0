namespace Libra.Deploy.Cli.CommandLine;

/// <summary>Ends the command with a sentence for the person who called it.</summary>
/// <param name="message">What went wrong, and what to do if that is known.</param>
/// <param name="code">A stable code for programs; the service's own when it refused.</param>
internal class CommandException(string message, Exception? cause = null, string code = "COMMAND_FAILED") : Exception(message, cause)
{
    public string Code { get; } = code;

    /// <summary>What the process ends with.</summary>
    public virtual int ExitCode => ExitCodes.Failed;
}

/// <summary>The command was called in a way that it does not understand.</summary>
internal sealed class UsageException(string message) : CommandException(message, code: "USAGE")
{
    public override int ExitCode => ExitCodes.Usage;
}

/// <summary>What the program ends with.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The deployment failed or was cancelled, or the service refused.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ctrl+C, as shells number it.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read the output is gone, as shells number it.</summary>
    public const int NobodyReads = 141;
}
