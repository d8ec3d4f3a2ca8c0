using System.Text.RegularExpressions;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>Rules that only the text of the code can show.</summary>
public sealed partial class SourceTests
{
    private static readonly IReadOnlyList<(string Path, string Text)> Sources = ReadSources();

    [Fact]
    public void Code_AsksTheTimeProviderForTheTime() => Refuse(DirectClock());

    [Fact]
    public void Code_NeverHidesAnException() => Refuse(EmptyCatch());

    [Fact]
    public void Code_LeavesNothingForOthersToFinish() => Refuse(Unfinished());

    private static void Refuse(Regex forbidden)
    {
        Sources.Should().NotBeEmpty("a rule over no files always passes");
        Sources.Where(source => forbidden.IsMatch(source.Text)).Select(source => source.Path).Should().BeEmpty();
    }

    private static List<(string Path, string Text)> ReadSources() =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/Migrations/", StringComparison.Ordinal))
            .Select(path => (Path.GetRelativePath(Repository.Root, path), File.ReadAllText(path)))];

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b")]
    private static partial Regex DirectClock();

    [GeneratedRegex(@"catch\s*(\([^)]*\))?\s*(when\s*\([^{]*\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex Unfinished();
}
