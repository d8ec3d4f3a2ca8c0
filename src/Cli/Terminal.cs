using Microsoft.Win32.SafeHandles;

namespace Libra.Deploy.Cli;

/// <summary>Where the program writes: answers to one stream, complaints to the other.</summary>
/// <param name="output">What was asked for.</param>
/// <param name="error">What went wrong, and what is only said along the way.</param>
/// <param name="colours">True when a person watches the output.</param>
/// <param name="errorColours">True when a person watches the errors.</param>
internal sealed class Terminal(TextWriter output, TextWriter error, bool colours = false, bool errorColours = false)
{
    /// <summary>False where the locale's encoding lacks characters, which come out as question marks.</summary>
    public bool HasEveryCharacter { get; } = output.Encoding.GetString(output.Encoding.GetBytes("🎉")) == "🎉";

    /// <summary>The streams of this process; coloured unless they lead into a file or <c>NO_COLOR</c> is set.</summary>
    public static Terminal OfThisProcess()
    {
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(ThisOutput(), Console.Error, !plain && !Console.IsOutputRedirected, !plain && !Console.IsErrorRedirected);
    }

    /// <summary>A line of what was asked for.</summary>
    /// <exception cref="OutputLostException">It cannot be written.</exception>
    public void Write(string line) => Write(output, line);

    /// <summary>A line about what went wrong, or what is only said along the way.</summary>
    /// <exception cref="OutputLostException">It cannot be written.</exception>
    public void WriteError(string line) => Write(error, line);

    public string Good(string text) => Paint(colours, "32", text);

    public string Bad(string text) => Paint(colours, "31", text);

    public string Faint(string text) => Paint(colours, "2", text);

    /// <summary>What is bad, in the error stream.</summary>
    public string Complaint(string text) => Paint(errorColours, "31", text);

    private static void Write(TextWriter writer, string line)
    {
        try
        {
            writer.WriteLine(line);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException) // the latter when the stream is closed
        {
            throw new OutputLostException(failure);
        }
    }

    private static string Paint(bool coloured, string code, string text) => coloured ? $"\e[{code}m{text}\e[0m" : text;

    // Into a pipe that nobody reads any more, Console.Out writes as if all were well, and following a log would go on for nobody.
    private static TextWriter ThisOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return Console.Out;

        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.Out : new StreamWriter(stream, Console.Out.Encoding) { AutoFlush = true };
    }
}

/// <summary>What the program has to say cannot be written.</summary>
internal sealed class OutputLostException(Exception cause)
    : Exception($"The output cannot be written: {cause.GetBaseException().Message.TrimEnd('.')}.", cause)
{
    private const int BrokenPipe = 32; // EPIPE, on every Unix

    /// <summary>True when whoever read it is gone, as in a pipe to <c>head</c>.</summary>
    public bool NobodyReads => InnerException!.HResult == BrokenPipe;
}
