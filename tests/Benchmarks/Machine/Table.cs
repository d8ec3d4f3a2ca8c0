using System.Globalization;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>Prints Markdown, for docs/performance.md.</summary>
internal static class Table
{
    public static void Head(params string[] columns)
    {
        Row(columns);
        Row([.. columns.Select(_ => "---")]);
    }

    public static void Row(params object[] cells) =>
        Console.WriteLine("| " + string.Join(" | ", cells.Select(
            cell => string.Format(CultureInfo.InvariantCulture, cell is double ? "{0:0.00}" : "{0}", cell))) + " |");
}
