namespace Libra.Deploy.Cli.Source;

/// <summary>
/// What the <c>.gitignore</c> files from the top of a project down to one folder leave out. The last matching line counts, and a
/// file further down counts more than one above it.
/// </summary>
internal sealed class IgnoreRules
{
    /// <summary>The name of the files with the rules.</summary>
    public const string FileName = ".gitignore";

    /// <summary>Ignores nothing.</summary>
    public static readonly IgnoreRules None = new(above: null, depth: 0, patterns: []);

    private readonly IgnoreRules? _above;
    private readonly int _depth;
    private readonly List<IgnorePattern> _patterns;

    private IgnoreRules(IgnoreRules? above, int depth, List<IgnorePattern> patterns) =>
        (_above, _depth, _patterns) = (above, depth, patterns);

    /// <summary>The rules of a folder below, which has a file of its own.</summary>
    /// <param name="depth">How many folders below the top; 0 is the top itself.</param>
    public IgnoreRules With(int depth, IEnumerable<string> lines)
    {
        var patterns = lines.Select(IgnorePattern.Parse).OfType<IgnorePattern>().Reverse().ToList();
        return new IgnoreRules(this, depth, patterns);
    }

    /// <summary>True when the file or folder is left out. Ask folders first: nothing inside an ignored one comes back.</summary>
    /// <param name="path">Segments from the top of the project.</param>
    public bool Ignores(string[] path, bool isFolder)
    {
        for (var rules = this; rules is not null; rules = rules._above)
        {
            foreach (var pattern in rules._patterns)
            {
                if (pattern.Matches(path.AsSpan(rules._depth), isFolder)) return !pattern.IsNegated;
            }
        }

        return false;
    }
}
