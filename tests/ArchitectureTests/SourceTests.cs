using System.Text.RegularExpressions;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>Rules that only the text of the code can show.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 400;
    private const int LongestLine = 140;
    private static readonly IReadOnlyList<SourceFile> Sources = Repository.Files("src", "*.cs");

    [Fact]
    public void Code_AsksTheTimeProviderForTheTime() => Refuse(DirectClock());

    [Fact]
    public void Code_NeverHidesAnException() => Refuse(EmptyCatch());

    [Fact]
    public void Code_LeavesNothingForOthersToFinish() => Refuse(Unfinished());

    [Fact]
    public void Code_NeverHoldsAThread() => Refuse(Blocking());

    [Fact]
    public void Tests_NeverSleep()
    {
        var tests = Repository.Files("tests", "*.cs")
            .Where(test => !test.Path.EndsWith("/SourceTests.cs", StringComparison.Ordinal)).ToList();

        tests.Should().NotBeEmpty();
        tests.Where(test => Sleep().IsMatch(test.Text)).Select(test => test.Path).Should().BeEmpty();
    }

    [Fact]
    public void Tests_SayWhatWhenAndWithWhatOutcome()
    {
        var names = Repository.Files("tests", "*.cs").SelectMany(test => TestName().Matches(test.Text))
            .Select(match => match.Groups["name"].Value).ToList();

        names.Should().HaveCountGreaterThan(500);
        names.Where(name => !name.Contains('_', StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public void Files_TellOneStoryAndEnd() =>
        Sources.Where(source => source.Text.Count(letter => letter == '\n') > LongestFile).Select(source => source.Path).Should().BeEmpty();

    [Fact]
    public void Lines_StayWithinTheMargin() =>
        Sources
            .Where(source => !source.Path.Contains("/Migrations/", StringComparison.Ordinal)) // written by EF
            .Where(source => source.Text.Split('\n').Any(line => line.Length > LongestLine))
            .Select(source => source.Path)
            .Should().BeEmpty();

    private static void Refuse(Regex forbidden)
    {
        Sources.Should().NotBeEmpty("a rule over no files always passes");
        Sources.Where(source => forbidden.IsMatch(source.Text)).Select(source => source.Path).Should().BeEmpty();
    }

    [GeneratedRegex(@"^    \[(Fact|Theory)\b[^\n]*\n(    \[[^\n]*\n)*    public (async )?[\w<>]+ (?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex TestName();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b")]
    private static partial Regex DirectClock();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*(when\s*\([^{]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\.GetAwaiter\(\)\.GetResult\(\)|\bThread\.Sleep\(|\)\.Wait\(\)")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\bThread\.Sleep\(")]
    private static partial Regex Sleep();
}
