using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Writes argument lists as shell lines, quoted only where needed, because the lines are also shown to the user.</summary>
internal static partial class BuildLines
{
    public static IEnumerable<string> Of(IEnumerable<IReadOnlyList<string>> commands) =>
        commands.Select(command => string.Join(' ', command.Select(Quote)));

    private static string Quote(string argument) => Plain().IsMatch(argument) ? argument : ShellText.Quote(argument);

    [GeneratedRegex(@"\A[A-Za-z0-9_./:=@%+,-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
