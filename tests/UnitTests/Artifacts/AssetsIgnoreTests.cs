using System.Text;
using System.Text.RegularExpressions;
using Libra.Deploy.Infrastructure.Artifacts;

namespace Libra.Deploy.UnitTests.Artifacts;

public sealed class AssetsIgnoreTests
{
    private static readonly ArtifactLimits Limits = new();

    [Theory]
    [InlineData("*.map", "a.map", true)]
    [InlineData("*.map", "deep/er/a.map", true)]
    [InlineData("*.map", "a.map.txt", false)]
    [InlineData("drafts", "drafts/a/b.html", true)]
    [InlineData("drafts", "sub/drafts", true)]
    [InlineData("/drafts", "sub/drafts/a", false)]
    [InlineData("drafts/", "drafts", false)]
    [InlineData("drafts/", "sub/drafts/a", true)]
    [InlineData("a/b", "a/b/c", true)]
    [InlineData("a/b", "x/a/b", false)]
    [InlineData("a/*", "a/b/c", true)]
    [InlineData("a/*.js", "a/b/c.js", false)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("**/x", "x", true)]
    [InlineData("**/x", "a/b/x", true)]
    [InlineData("a/**/x", "a/x", true)]
    [InlineData("a/**/x", "a/b/c/x", true)]
    [InlineData("a/**/x", "ab/x", false)]
    [InlineData("a/**/b/**/c", "a/b/x/b/y/c", true)]
    [InlineData("**", "a", true)]
    [InlineData("**/", "a", false)]
    [InlineData("**/", "a/b", true)]
    [InlineData("a**b/c", "a-b/c", true)]
    [InlineData("a**b/c", "a/b/c", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[ab].js", "a.js", false)]
    [InlineData("[ab].js", "[ab].js", true)]
    [InlineData("*a*b*", "xaxxbx", true)]
    [InlineData("*a*b*", "xbxxax", false)]
    [InlineData("#a", "#a", false)]
    [InlineData("/", "a", false)]
    [InlineData("!", "a", false)]
    public void Ignores_ByOneRule_FollowsGitignore(string rule, string path, bool ignored) =>
        AssetsIgnore.Parse(rule, Limits).Ignores(path).Should().Be(ignored);

    [Theory]
    [InlineData("*.map\n!keep.map", "keep.map", false)]
    [InlineData("!keep.map\n*.map", "keep.map", true)]
    [InlineData("a\r\n\r\nb  \r\n", "b", true)]
    public void Ignores_ByTheLastRuleThatFits_IsDecided(string rules, string path, bool ignored) =>
        AssetsIgnore.Parse(rules, Limits).Ignores(path).Should().Be(ignored);

    [Fact]
    public void Ignores_ForAnyRuleAndPath_SaysWhatTheRuleSaysAsAPattern()
    {
        var random = new Random(20261130);
        string[] parts = ["a", "b", "ab", "*", "?", "**", "*a", "a*b", "*a*", "a?*"];
        string[] names = ["a", "b", "ab", "aab", "abb", "ba"];
        var fitting = 0;
        for (var round = 0; round < 5_000; round++)
        {
            var rule = (random.Next(3) == 0 ? "/" : "") + string.Join('/', random.GetItems(parts, random.Next(1, 5)))
                + (random.Next(3) == 0 ? "/" : "");
            var path = string.Join('/', random.GetItems(names, random.Next(1, 6)));

            var fits = AsPattern(rule).IsMatch(path);

            AssetsIgnore.Parse(rule, Limits).Ignores(path).Should().Be(fits, "of '{0}' and '{1}'", rule, path);
            if (fits) fitting++;
        }

        fitting.Should().BeInRange(1_000, 4_000, "both answers have to be looked at");
    }

    [Fact]
    public void Fits_WhenARuleIsMadeToBeSlow_TakesNoMoreThanBothLengthsMultiplied()
    {
        var inOneName = string.Concat(Enumerable.Repeat("*a", 300)) + "b";
        var inManyNames = string.Concat(Enumerable.Repeat("**/a/", 150)) + "b";
        long first = 0, second = 0;

        new AssetsRule(inOneName).Fits([new string('a', 255)], ref first).Should().BeFalse();
        new AssetsRule(inManyNames).Fits([.. Enumerable.Repeat("a", 32)], ref second).Should().BeFalse();

        first.Should().BeInRange(255, 255 * inOneName.Length);
        second.Should().BeInRange(32, 64 * inManyNames.Length);
    }

    [Fact]
    public void Ignores_WhenAllTogetherTakesTooLong_IsRefused()
    {
        var rules = string.Join('\n', Enumerable.Repeat(string.Concat(Enumerable.Repeat("*a", 300)) + "b", 1000));
        var ignore = AssetsIgnore.Parse(rules, Limits with { MaxIgnoreComparisons = 1_000_000 });

        FluentActions.Invoking(() =>
        {
            for (var file = 0; file < 20_000; file++) ignore.Ignores(new string('a', 255));
        }).Should().Throw<InvalidDataException>().WithMessage("*more than 1000000 comparisons*");
    }

    [Fact]
    public void Ignores_ForManyRulesAndFilesOfAnHonestProject_StaysFarBelowTheLimit()
    {
        var rules = string.Join('\n', Enumerable.Range(0, 50).SelectMany(i => new[] { $"*.kind{i}", $"/drafts/{i}/**/*.html" }));
        var ignore = AssetsIgnore.Parse(rules, Limits with { MaxIgnoreComparisons = Limits.MaxIgnoreComparisons / 100 });

        for (var file = 0; file < 2_000; file++) ignore.Ignores($"assets/pages/section-{file % 50}/page-{file}-B7PI925R.js").Should().BeFalse();
    }

    [Fact]
    public void Parse_OfTooManyOrTooLongRules_IsRefused()
    {
        var many = string.Join('\n', Enumerable.Range(0, Limits.MaxIgnoreRules + 1));
        var longest = new string('?', Limits.MaxIgnoreRuleLength);

        FluentActions.Invoking(() => AssetsIgnore.Parse(many, Limits))
            .Should().Throw<InvalidDataException>().WithMessage($"*{Limits.MaxIgnoreRules} rules*");
        FluentActions.Invoking(() => AssetsIgnore.Parse(longest + '?', Limits))
            .Should().Throw<InvalidDataException>().WithMessage($"*{Limits.MaxIgnoreRuleLength} are allowed*");
        AssetsIgnore.Parse(longest, Limits).Ignores(new string('a', Limits.MaxIgnoreRuleLength)).Should().BeTrue();
    }

    [Fact]
    public async Task Published_WhenCancelledBetweenFiles_Ends()
    {
        var folder = Directory.CreateTempSubdirectory("libra-assets-");
        UnpackedFile[] files = [new("assets/index.html", "", 0)];

        var published = () => AssetRules.PublishedAsync(files, folder.FullName, Limits, new CancellationToken(canceled: true));

        await published.Should().ThrowAsync<OperationCanceledException>();
        folder.Delete();
    }

    /// <summary>The rule said as a regular expression, for the rules in which ** is a whole name.</summary>
    private static Regex AsPattern(string rule)
    {
        var anchored = rule.TrimEnd('/').Contains('/', StringComparison.Ordinal);
        var pattern = new StringBuilder(anchored ? @"\A" : @"\A(?:.*/)?");
        var body = rule.Trim('/');
        for (var i = 0; i < body.Length; i++)
        {
            if (body.AsSpan(i).StartsWith("**/")) (pattern, i) = (pattern.Append("(?:.*/)?"), i + 2);
            else if (body.AsSpan(i).StartsWith("**")) (pattern, i) = (pattern.Append(".*"), i + 1);
            else if (body[i] == '*') pattern.Append("[^/]*");
            else if (body[i] == '?') pattern.Append("[^/]");
            else pattern.Append(Regex.Escape(body[i].ToString()));
        }

        pattern.Append(rule.EndsWith('/') ? @"/.*\z" : @"(?:/.*)?\z");
        return new Regex(pattern.ToString(), RegexOptions.CultureInvariant);
    }
}
