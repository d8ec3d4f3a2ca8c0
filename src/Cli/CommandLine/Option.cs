namespace Libra.Deploy.Cli.CommandLine;

/// <summary>An option of a command.</summary>
/// <param name="Name">As it is written after the two dashes.</param>
/// <param name="Value">What stands for its value in the help; null for a switch.</param>
/// <param name="Help">One line.</param>
/// <param name="Variable">The environment variable that gives the value when the option does not.</param>
/// <param name="Short">A letter that may stand for it after one dash.</param>
internal sealed record Option(string Name, string? Value, string Help, string? Variable = null, char? Short = null)
{
    public static readonly Option Url = new("url", "ADDRESS", "the service (default: http://localhost:3008)", "LIBRA_URL");
    public static readonly Option Token = new(
        "token", "TOKEN", "who you are (default on this machine: the dev-token of the service)", "LIBRA_TOKEN");
    public static readonly Option Json = new("json", null, "answer as JSON, for programs");
    public static readonly Option HelpSwitch = new("help", null, "show this help", Short: 'h');

    /// <summary>Those that every command has.</summary>
    public static readonly IReadOnlyList<Option> Common = [Url, Token, Json, HelpSwitch];

    /// <summary>As the help shows it.</summary>
    public string Form =>
        (Short is { } letter ? $"-{letter}, " : string.Empty) + $"--{Name}" + (Value is null ? string.Empty : $" {Value}");
}
