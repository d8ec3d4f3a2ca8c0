namespace Libra.Deploy.Cli.CommandLine;

/// <summary>Says how the program is called.</summary>
internal static class Help
{
    public static void Write(Terminal terminal, IReadOnlyList<Command> commands)
    {
        terminal.Write("Deploys a folder with Libra Deploy and shows what happens.");
        terminal.Write(string.Empty);
        WriteTable(terminal, commands.Select(command => (command.Usage, command.Help)));
        terminal.Write(string.Empty);
        terminal.Write("Every command takes:");
        WriteTable(terminal, Option.Common.Select(Row));
        terminal.Write(string.Empty);
        terminal.Write("'libra COMMAND --help' shows the rest.");
    }

    public static void Write(Terminal terminal, Command command)
    {
        terminal.Write($"{command.Usage} [options]");
        terminal.Write(command.Help);
        terminal.Write(string.Empty);
        WriteTable(terminal, command.Options.Concat(Option.Common).Select(Row));
    }

    private static (string, string) Row(Option option) =>
        (option.Form, option.Variable is { } variable ? $"{option.Help}; or {variable} in the environment" : option.Help);

    private static void WriteTable(Terminal terminal, IEnumerable<(string Left, string Right)> rows)
    {
        var listed = rows.ToList();
        var width = listed.Max(row => row.Left.Length);
        foreach (var (left, right) in listed) terminal.Write($"  {left.PadRight(width)}  {right}");
    }
}
