using System.Text.RegularExpressions;
using static System.FormattableString;

namespace Libra.Deploy.ArchitectureTests;

/// <summary>docs/api.md says of every setting of a wrangler configuration what the bundler does with it.</summary>
public sealed partial class WranglerDocumentTests
{
    // What wrangler adds to a configuration that it has read; nobody writes them.
    private static readonly string[] WranglersOwn = ["configPath", "userConfigPath", "topLevelName", "definedEnvironments", "targetEnvironment"];

    private static readonly string Bundler = Repository.Read("runtime/sandbox/wrangler-settings.mjs");

    [Fact]
    public void Table_NamesEverySettingThatTheBundlerKnows()
    {
        NamedIn("building").Except(WranglersOwn).Should().HaveCountGreaterThan(10).And.BeEquivalentTo(Row("$schema"));
        NamedIn("taken").Except(["name"]).Should().HaveCountGreaterThan(4).And.BeEquivalentTo(Row("main"));
        KeysOf("ignored").Should().HaveCountGreaterThan(10).And.BeEquivalentTo(Row("account_id"));
        KeysOf("partly").Should().HaveCount(3).And.OnlyContain(setting => Row(setting).Count == 1);
    }

    [Fact]
    public void Table_NamesTheLimitsThatTheBundlerAndTheServiceHold()
    {
        var most = Limits().Matches(Bundler).Select(match => match.Groups["number"].Value.Replace("_", "", StringComparison.Ordinal)).ToList();
        var held = new Infrastructure.Artifacts.ArtifactLimits();

        most.Should().Equal($"{held.MaxCpuMilliseconds}", $"{held.MaxSubrequests}");
        RowText("limits").Should().Contain(Invariant($"{held.MaxCpuMilliseconds:N0}")).And.Contain(Invariant($"{held.MaxSubrequests:N0}"));
    }

    private static IEnumerable<string> NamedIn(string list) => Quoted().Matches(BodyOf($"const {list} = [", "];")).Select(match => match.Groups["name"].Value);

    private static IEnumerable<string> KeysOf(string map) => Key().Matches(BodyOf($"const {map} = {{", "\n};")).Select(match => match.Groups["name"].Value);

    private static string BodyOf(string start, string end)
    {
        var from = Bundler.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return Bundler[from..Bundler.IndexOf(end, from, StringComparison.Ordinal)];
    }

    /// <summary>Settings in the first column of the row that begins with one.</summary>
    private static List<string> Row(string first) => [.. Code().Matches(RowText(first).Split('|')[1]).Select(match => match.Groups["name"].Value)];

    private static string RowText(string first) =>
        Repository.Read("docs/api.md").Split('\n').Single(line => line.StartsWith($"| `{first}`", StringComparison.Ordinal));

    [GeneratedRegex("'(?<name>[^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^  (?<name>\w+):", RegexOptions.Multiline)]
    private static partial Regex Key();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"upTo\((?<number>[\d_]+)\)")]
    private static partial Regex Limits();
}
