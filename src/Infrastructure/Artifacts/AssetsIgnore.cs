using System.Text;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>
/// The rules of an <c>.assetsignore</c> file: those of <c>.gitignore</c> (comments, <c>!</c>, <c>/</c>, <c>*</c>, <c>**</c>, <c>?</c>)
/// without character classes and escapes; the last rule that fits decides.
/// </summary>
internal sealed class AssetsIgnore
{
    private const int MaxRules = 1000;

    private readonly List<(Regex Pattern, bool Ignored)> _rules = [];

    private AssetsIgnore()
    {
    }

    /// <exception cref="InvalidDataException">The file has more rules than are looked at.</exception>
    public static AssetsIgnore Parse(string text)
    {
        var ignore = new AssetsIgnore();
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (ignore._rules.Count == MaxRules) throw new InvalidDataException($".assetsignore has more than {MaxRules} rules.");
            var kept = line[0] == '!';
            ignore._rules.Add((ToRegex(kept ? line[1..] : line), !kept));
        }

        return ignore;
    }

    /// <param name="path">Relative to the folder of assets.</param>
    public bool Ignores(string path)
    {
        for (var i = _rules.Count - 1; i >= 0; i--)
            if (_rules[i].Pattern.IsMatch(path)) return _rules[i].Ignored;
        return false;
    }

    private static Regex ToRegex(string rule)
    {
        var foldersOnly = rule.EndsWith('/');
        var body = rule.Trim('/');
        // A slash at the start or inside ties the rule to the root; otherwise it fits at any depth.
        var anchored = rule.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        var pattern = new StringBuilder(anchored ? @"\A" : @"\A(?:.*/)?");
        for (var i = 0; i < body.Length; i++)
        {
            if (body.AsSpan(i).StartsWith("**/")) (pattern, i) = (pattern.Append("(?:.*/)?"), i + 2);
            else if (body.AsSpan(i).StartsWith("**")) (pattern, i) = (pattern.Append(".*"), i + 1);
            else if (body[i] == '*') pattern.Append("[^/]*");
            else if (body[i] == '?') pattern.Append("[^/]");
            else pattern.Append(Regex.Escape(body[i].ToString()));
        }

        pattern.Append(foldersOnly ? @"/.*\z" : @"(?:/.*)?\z");
        // Written by the user, so a pattern must not be able to backtrack for ever.
        return new Regex(pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
