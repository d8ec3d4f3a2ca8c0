using System.Buffers;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Infrastructure.Logs.Redaction;

/// <summary>Finds what looks like a credential, whoever's it is.</summary>
internal static class TokenShapes
{
    private const string Name = @"[\w.-]*[""']?";

    // Each with words of which one must be in a line before its pattern is tried; nearly all lines have none.
    private static readonly Shape[] All =
    [
        // GitHub, GitLab, npm
        new(@"gh[pousr]_[A-Za-z0-9]{30,}", "ghp_", "gho_", "ghu_", "ghs_", "ghr_"),
        new(@"github_pat_[A-Za-z0-9_]{30,}", "github_pat_"),
        new(@"gl(?:pat|dt|ptt|rt)-[A-Za-z0-9_-]{20,}", "glpat-", "gldt-", "glptt-", "glrt-"),
        new(@"npm_[A-Za-z0-9]{30,}", "npm_"),

        // Clouds
        new(@"(?:AKIA|ASIA)[A-Z0-9]{16}", "AKIA", "ASIA"),
        new(@"(?i:secret_?access_?key|aws_?secret)" + Name + @"\s*[=:]\s*[""']?(?<secret>[A-Za-z0-9/+=]{40})", "secret"),
        new(@"AIza[A-Za-z0-9_-]{35}", "AIza"),
        new(@"do[opr]_v1_[a-f0-9]{40,}", "_v1_"),
        new(@"(?i:cloudflare|cf)_(?i:api_)?(?i:token|key)" + Name + @"\s*[=:]\s*[""']?(?<secret>[A-Za-z0-9_-]{20,})", "cloudflare_", "cf_"),

        // Services
        new(@"xox[a-z]-[A-Za-z0-9-]{10,}", "xox"),
        new(@"xapp-[A-Za-z0-9-]{10,}", "xapp-"),
        new(@"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}", "k_live_", "k_test_", "whsec_"),
        new(@"sk-(?:(?:ant|proj|svcacct|admin)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{32,})", "sk-"),
        new(@"hf_[A-Za-z0-9]{30,}", "hf_"),
        new(@"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", "SG."),
        new(@"SK[0-9a-f]{32}", "SK"),

        // Sandbox providers and our own API
        new(@"dtn_[A-Za-z0-9_-]{16,}", "dtn_"),
        new(@"e2b_[A-Za-z0-9_-]{16,}", "e2b_"),
        new(@"ldt_[A-Za-z0-9_-]{16,}", "ldt_"),

        // By their place rather than their form
        new(@"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}", "eyJ"),
        new(@"://[^\s:/@""'<>]*:(?<secret>[^\s/""'<>]+)@", "://"),
        new(@"(?i:authorization)[""']?\s*[:=]\s*[""']?(?:[A-Za-z]+\s+)?(?<secret>[^\s""',]{8,})", "authorization"),
        new(@"(?i:bearer)\s+(?<secret>[A-Za-z0-9._~+/=-]{16,})", "bearer"),

        // NAME=value as in a shell, name="value" and "name": "value" as in code. Not name = value: that is code that reads it.
        new(@"(?i:password|passwd|secret|token|api_?key|access_?key|private_?key)" + Name
            + @"(?:=|\s*[=:]\s*[""'])(?<secret>[^\s""'`,;&<>(){}]{4,})", "passw", "secret", "token", "key"),
        new(@"(?i:password|passwd|secret)[""']?:\s*(?<secret>[^\s""'`,;&<>(){}]{4,})", "passw", "secret"),
    ];

    private static readonly SearchValues<string> Words =
        SearchValues.Create([.. All.SelectMany(shape => shape.Words).Distinct()], StringComparison.OrdinalIgnoreCase);

    public static void Find(string text, SecretSpans found)
    {
        if (!text.AsSpan().ContainsAny(Words)) return;

        foreach (var shape in All) shape.Find(text, found);
    }

    /// <summary>True when the text holds a credential.</summary>
    public static bool IsIn(string text)
    {
        var found = new SecretSpans();
        Find(text, found);
        return !found.IsEmpty;
    }

    private sealed class Shape(string pattern, params string[] words)
    {
        // Without backtracking no input can make it slow.
        private readonly Regex _pattern = new(
            pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);

        private readonly bool _named = pattern.Contains("(?<secret>", StringComparison.Ordinal);

        private readonly SearchValues<string> _words = SearchValues.Create(words, StringComparison.OrdinalIgnoreCase);

        public IReadOnlyList<string> Words => words;

        public void Find(string text, SecretSpans found)
        {
            if (!text.AsSpan().ContainsAny(_words)) return;

            if (!_named)
            {
                foreach (var match in _pattern.EnumerateMatches(text)) found.Add(match.Index, match.Index + match.Length);
                return;
            }

            for (var match = _pattern.Match(text); match.Success; match = match.NextMatch())
            {
                var secret = match.Groups["secret"];
                found.Add(secret.Index, secret.Index + secret.Length);
            }
        }
    }
}
