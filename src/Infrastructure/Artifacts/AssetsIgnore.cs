using Libra.Deploy.Application.Common;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>
/// The rules of an <c>.assetsignore</c> file: those of <c>.gitignore</c> (comments, <c>!</c>, <c>/</c>, <c>*</c>, <c>**</c>, <c>?</c>)
/// without character classes and escapes; the last rule that fits decides.
/// </summary>
internal sealed class AssetsIgnore
{
    private readonly List<AssetsRule> _rules = [];
    private readonly long _maxComparisons;
    private long _comparisons;

    private AssetsIgnore(long maxComparisons) => _maxComparisons = maxComparisons;

    /// <exception cref="InvalidDataException">The file has more rules, or a longer one, than are looked at.</exception>
    public static AssetsIgnore Parse(string text, ArtifactLimits limits)
    {
        var ignore = new AssetsIgnore(limits.MaxIgnoreComparisons);
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (ignore._rules.Count == limits.MaxIgnoreRules)
                throw new InvalidDataException($".assetsignore has more than {limits.MaxIgnoreRules} rules.");
            if (line.Length > limits.MaxIgnoreRuleLength)
                throw new InvalidDataException(
                    $"The rule '{line.Shortened(40)}' of .assetsignore has {line.Length} characters; "
                    + $"at most {limits.MaxIgnoreRuleLength} are allowed.");
            ignore._rules.Add(new AssetsRule(line));
        }

        return ignore;
    }

    /// <param name="path">Relative to the folder of assets.</param>
    /// <exception cref="InvalidDataException">All paths so far have together taken more comparisons than are allowed.</exception>
    public bool Ignores(string path)
    {
        var names = path.Split('/');
        for (var i = _rules.Count - 1; i >= 0; i--)
        {
            if (_rules[i].Fits(names, ref _comparisons)) return !_rules[i].KeepsFiles;
            if (_comparisons > _maxComparisons)
                throw new InvalidDataException(
                    $"The rules of .assetsignore take more than {_maxComparisons} comparisons with the paths of the assets. "
                    + "Use fewer of them, or ones with fewer stars.");
        }

        return false;
    }
}
