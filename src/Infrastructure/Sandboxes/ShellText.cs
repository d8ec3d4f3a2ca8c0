using System.Text;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Writes commands as lines of shell, each argument as it is.</summary>
internal static class ShellText
{
    /// <summary>A line that runs a command in a folder, with variables, in place of the shell.</summary>
    public static string Of(string folder, IReadOnlyDictionary<string, string> variables, IEnumerable<string> command)
    {
        var line = new StringBuilder($"cd {Quote(folder)} && exec env");
        foreach (var (name, value) in variables) line.Append(' ').Append(Quote($"{name}={value}"));
        foreach (var part in command) line.Append(' ').Append(Quote(part));
        return line.ToString();
    }

    public static string Quote(string text) => $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
