namespace Libra.Deploy.Cli.CommandLine;

/// <summary>Says how the program is called.</summary>
internal static class Help
{
    public static void Write(TextWriter output, IReadOnlyList<Command> commands)
    {
        output.WriteLine("Deploys a folder with Libra Deploy and shows what happens.");
        output.WriteLine();
        WriteTable(output, commands.Select(command => (command.Usage, command.Help)));
        output.WriteLine();
        output.WriteLine("Every command takes:");
        WriteTable(output, Option.Common.Select(Row));
        output.WriteLine();
        output.WriteLine("'libra COMMAND --help' shows the rest.");
    }

    public static void Write(TextWriter output, Command command)
    {
        output.WriteLine($"{command.Usage} [options]");
        output.WriteLine(command.Help);
        output.WriteLine();
        WriteTable(output, command.Options.Concat(Option.Common).Select(Row));
    }

    private static (string, string) Row(Option option) =>
        (option.Form, option.Variable is { } variable ? $"{option.Help}; or {variable} in the environment" : option.Help);

    private static void WriteTable(TextWriter output, IEnumerable<(string Left, string Right)> rows)
    {
        var listed = rows.ToList();
        var width = listed.Max(row => row.Left.Length);
        foreach (var (left, right) in listed) output.WriteLine($"  {left.PadRight(width)}  {right}");
    }
}
