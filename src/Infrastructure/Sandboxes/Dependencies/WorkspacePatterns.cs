using System.Buffers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>Which folders of a project its package manager takes for workspaces.</summary>
/// <remarks>
/// An estimate, since each of them has a language of its own: a pattern of a kind that is not known here names every folder.
/// </remarks>
internal sealed partial class WorkspacePatterns
{
    private const int MaxPatterns = 200;
    private const int MaxLength = 200;
    private const long MaxSteps = 100_000_000; // a fraction of a second; a project of hundreds of workspaces takes a thousandth of them
    private static readonly SearchValues<char> OtherKinds = SearchValues.Create("[](){}!+\\");

    private readonly List<FolderPattern> _named = [];
    private readonly List<FolderPattern> _excluded = [];
    private readonly bool _namesAll;
    private long _steps;

    private WorkspacePatterns(IReadOnlyCollection<string> patterns)
    {
        _namesAll = patterns.Count > MaxPatterns || patterns.Any(pattern => !pattern.StartsWith('!') && !IsKnown(pattern));
        if (_namesAll) return;

        foreach (var pattern in patterns.Where(pattern => !pattern.StartsWith('!'))) _named.Add(new FolderPattern(pattern));
        foreach (var pattern in patterns.Where(pattern => pattern.StartsWith('!') && IsKnown(pattern[1..])))
            _excluded.Add(new FolderPattern(pattern[1..]));
    }

    /// <summary>Those of <c>workspaces</c> in a package.json: a list, or an object with a list of <c>packages</c>.</summary>
    public static WorkspacePatterns OfManifest(JsonNode? workspaces) =>
        (workspaces is JsonObject settings ? settings["packages"] : workspaces) is JsonArray list
            ? new WorkspacePatterns([.. list.OfType<JsonValue>().Select(entry => entry.ToString())])
            : new WorkspacePatterns([]);

    /// <summary>Those of <c>packages</c> in a pnpm-workspace.yaml, written as pnpm's documentation does: one a line.</summary>
    public static WorkspacePatterns OfPnpm(string yaml)
    {
        var lines = yaml.ReplaceLineEndings("\n").Split('\n').Where(line => line.Trim() is not ("" or ['#', ..])).ToList();
        var heading = lines.FindIndex(line => line.StartsWith("packages:", StringComparison.Ordinal));
        if (heading < 0) return new WorkspacePatterns([]);

        var listed = lines.Skip(heading + 1).TakeWhile(line => line[0] is ' ' or '-');
        var items = listed.Take(MaxPatterns + 1).Select(line => Item().Match(line)).ToList();
        return Heading().IsMatch(lines[heading]) && items.TrueForAll(item => item.Success)
            ? new WorkspacePatterns([.. items.Select(item => item.Groups["pattern"].Value)])
            : new WorkspacePatterns(["**"]);
    }

    /// <param name="folder">Below the project's own, with slashes.</param>
    /// <remarks>A stranger's patterns get no more than so many steps for all folders together. What is asked after them is named.</remarks>
    public bool Names(string folder)
    {
        if (_namesAll) return true;

        var names = folder.Split('/');
        var named = AnyMatches(_named, names) && !AnyMatches(_excluded, names);
        return named || _steps > MaxSteps;
    }

    private bool AnyMatches(List<FolderPattern> patterns, string[] names) =>
        patterns.Exists(pattern => _steps <= MaxSteps && pattern.Matches(names, ref _steps));

    private static bool IsKnown(string pattern) => pattern.Length <= MaxLength && !pattern.AsSpan().ContainsAny(OtherKinds);

    [GeneratedRegex(@"\Apackages:\s*(#.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\A\s*-\s+(?<quote>['""]?)(?<pattern>[^'""#\s]+)\k<quote>\s*(#.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Item();
}
