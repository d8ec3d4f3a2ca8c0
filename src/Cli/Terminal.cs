namespace Libra.Deploy.Cli;

/// <summary>Where the program writes: answers to one stream, complaints to the other.</summary>
/// <param name="output">What was asked for.</param>
/// <param name="error">What went wrong, and what is only said along the way.</param>
/// <param name="colours">True when a person watches.</param>
internal sealed class Terminal(TextWriter output, TextWriter error, bool colours = false)
{
    public TextWriter Output { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>The streams of this process; coloured unless they lead into a file or <c>NO_COLOR</c> is set.</summary>
    public static Terminal OfThisProcess() =>
        new(
            Console.Out, Console.Error,
            !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    public string Good(string text) => Paint("32", text);

    public string Bad(string text) => Paint("31", text);

    public string Faint(string text) => Paint("2", text);

    private string Paint(string code, string text) => colours ? $"\e[{code}m{text}\e[0m" : text;
}
