using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli.Api;

namespace Libra.Deploy.Cli.CommandLine;

/// <summary>One call of a command: its arguments, the service that it is about, and where its answer goes.</summary>
internal sealed class Invocation(Command command, Arguments arguments, Func<string, string?> environment, Terminal terminal, LibraApi api)
{
    private static readonly JsonSerializerOptions OneLine =
        new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // For an output that does not have every character: JSON can name them.
    private static readonly JsonSerializerOptions Ascii = new(JsonSerializerDefaults.Web);

    public Terminal Terminal { get; } = terminal;

    public LibraApi Api { get; } = api;

    /// <summary>True when the answer is for a program: the output then holds JSON and nothing else.</summary>
    public bool WantsJson => Has(Option.Json);

    /// <summary>The first operand; null when there is none.</summary>
    public string? Operand => arguments.Operands.Count > 0 ? arguments.Operands[0] : null;

    public bool Has(Option option) => arguments.Values.ContainsKey(option.Name);

    /// <summary>From the command line, else from the environment; an empty value counts as none.</summary>
    public string? Value(Option option) =>
        arguments.Values.TryGetValue(option.Name, out var given) ? given
        : option.Variable is { } variable && environment(variable) is { Length: > 0 } set ? set
        : null;

    /// <exception cref="UsageException">There is none.</exception>
    public string Required(Option option) => Value(option) ?? throw new UsageException(
        $"libra {command.Name} needs --{option.Name} {option.Value}"
            + (option.Variable is { } variable ? $", or {variable} in the environment." : "."));

    /// <summary>A line for a person.</summary>
    public void Say(string line)
    {
        if (!WantsJson) Terminal.Write(line);
    }

    /// <summary>Something besides the answer; programs find it in the error stream, too.</summary>
    public void Note(string line) => Terminal.WriteError(Printable.Of(line)); // names of files, for instance

    /// <summary>The answer for a program, on one line.</summary>
    public void Answer(JsonNode answer)
    {
        if (WantsJson) Terminal.Write(answer.ToJsonString(Terminal.HasEveryCharacter ? OneLine : Ascii));
    }
}
