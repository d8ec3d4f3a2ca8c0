using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Values in a project's own files that its author calls secret, so that no build's output shows them.</summary>
public static partial class ProjectSecrets
{
    private const int MinLength = 8; // shorter values are words that a build prints anyway
    private const int MaxLength = 8 << 10;
    private const int Most = 200; // of one project: each is looked for in every line
    private const int MostLines = 1000; // of those over several lines: each of their lines is looked for as well
    private const int LargestFile = 256 << 10;

    // NAME=value, name = "value", "name": "value": one form for dotenv, ini, TOML and JSON. Without backtracking no input makes it slow.
    private static readonly Regex Assignment = new(
        """(?<name>[\w./:@-]+)"?[ \t]*[=:][ \t]*(?:(?<quoted>"(?:\\.|[^"\\\n])*")|'(?<plain>[^'\n]*)'|(?<plain>[^\s"'#,{\[][^\n,]*))""",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

    /// <summary>
    /// Looks through the files that hold settings, also those that never go into a build: their values may stand elsewhere too.
    /// </summary>
    public static IReadOnlyCollection<string> In(IEnumerable<SourceFile> files) =>
        [.. WithFewLines(files
            .Where(file => file.Content.Length <= LargestFile && IsSettings(file.Path))
            .SelectMany(file => Assignments(Encoding.UTF8.GetString(file.Content.Span)))
            .Distinct()
            .Take(Most))];

    /// <summary>True for a file that holds settings, by its name.</summary>
    public static bool IsSettings(string path) => SettingsFile().IsMatch(path[(path.LastIndexOf('/') + 1)..]);

    private static IEnumerable<string> Assignments(string text) =>
        from Match assignment in Assignment.Matches(text)
        where SecretName().IsMatch(assignment.Groups["name"].Value)
        let value = ValueOf(assignment)
        where value.Length is >= MinLength and <= MaxLength
        select value;

    private static IEnumerable<string> WithFewLines(IEnumerable<string> values)
    {
        var lines = 0;
        foreach (var value in values)
        {
            var more = value.Count(c => c is '\n' or '\r');
            if (lines + more > MostLines) continue; // and on: a later one may be of one line

            lines += more;
            yield return value;
        }
    }

    private static string ValueOf(Match assignment)
    {
        if (!assignment.Groups["quoted"].Success) return assignment.Groups["plain"].Value.Trim();

        var quoted = assignment.Groups["quoted"].Value;
        try
        {
            return JsonSerializer.Deserialize<string>(quoted)!;
        }
        catch (JsonException)
        {
            return quoted[1..^1]; // no JSON: what stands between the quotes is the value
        }
    }

    [GeneratedRegex(@"\A(\.env(\..+)?|\.envrc|\.dev\.vars(\..+)?|\.npmrc|wrangler\.(toml|jsonc?))\z", RegexOptions.CultureInvariant)]
    private static partial Regex SettingsFile();

    [GeneratedRegex(
        "secret|token|passw|key|credential|auth|private|dsn|database_url|connection",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
