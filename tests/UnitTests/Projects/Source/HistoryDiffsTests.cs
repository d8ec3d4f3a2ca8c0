using System.Text.Json;
using Libra.Deploy.Application.Projects.Source;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class HistoryDiffsTests
{
    private const string History = """
        [
          { "type": "user_message", "message": "Make it blue" },
          { "type": "diff", "planId": "p1", "diff": [
            { "path": "src/App.tsx", "type": "edit", "original": "red", "modified": "blue" },
            { "path": "./src/new.ts", "type": "create", "original": null, "modified": "" } ] },
          { "type": "timing", "timestamp": 1 },
          { "type": "diff", "diff": [ { "path": "src/new.ts", "type": "delete", "original": "", "modified": null } ] }
        ]
        """;

    [Fact]
    public void Parse_WhenGivenMessages_KeepsTheChangesInOrder() => ShouldBeTheHistory(Parse(History));

    [Fact]
    public void Parse_WhenTheArrayComesAsText_ReadsItTheSame() => ShouldBeTheHistory(Parse(JsonSerializer.Serialize(History)));

    [Theory]
    [InlineData(1, 1_001)]
    [InlineData(1_001, 1)]
    public void Parse_WhenThereAreTooManyChanges_IsRefused(int messages, int changes)
    {
        var message = $$"""{"type":"diff","diff":[{{Repeat("""{"path":"a","type":"delete"}""", changes)}}]}""";

        HistoryDiffs.Parse($"[{Repeat(message, messages)}]", new SourceLimits { MaxFiles = 10 }).FirstError.Description
            .Should().Contain("more than 1,000 changes").And.Contain("Source:MaxFiles");
    }

    [Fact]
    public void Parse_WhenAWholeProjectFollows_CountsNoChangeBeforeIt()
    {
        var change = """{"path":"a","type":"create","modified":""}""";
        var json = $$"""[{"type":"diff","diff":[{{Repeat(change, 1_000)}}]},{"type":"diff","base":"none","diff":[{{change}}]}]""";

        HistoryDiffs.Parse(json, new SourceLimits { MaxFiles = 10 }).Value.Files.Should().ContainSingle();
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("\"[]\"")]
    [InlineData("\"null\"")]
    public void Parse_WhenThereIsNoHistory_GivesNone(string json) => Parse(json).Should().BeEmpty();

    [Theory]
    [InlineData("""[null, 1, "x", [], true, {}]""")]
    [InlineData("""[{ "type": null }, { "type": 5 }, { "type": ["diff"] }, { "type": "Diff", "diff": 1 }]""")]
    [InlineData("""[{ "diff": "no type" }, { "type": "tool", "type": "plan", "x": { "x": 1, "x": 2 } }]""")]
    [InlineData("""[{ "type": "\ud800", "\udc00": 1, "message": "cut off in an emoji \ud83d" }]""")]
    public void Parse_WhenMessagesAreOfAnotherKind_SkipsThemWhateverTheyHold(string json) => Parse(json).Should().BeEmpty();

    [Fact]
    public void Parse_WhenAChatMessageNestsDeeply_SkipsIt() =>
        Parse($$"""[{ "type": "tool", "result": {{new string('[', 900)}}{{new string(']', 900)}} }]""").Should().BeEmpty();

    [Theory]
    [InlineData("""{ "type": "diff" }""", "no array 'diff'")]
    [InlineData("""{ "type": "diff", "diff": {} }""", "no array 'diff'")]
    [InlineData("""{ "type": "diff", "diff": ["x"] }""", "must be an object")]
    [InlineData("""{ "type": "diff", "diff": [{ "type": "edit", "modified": "" }] }""", "'path'")]
    [InlineData("""{ "type": "diff", "diff": [{ "path": "../x", "type": "edit", "modified": "" }] }""", "'../x'")]
    [InlineData("""{ "type": "diff", "diff": [{ "path": "a", "type": "rename", "modified": "" }] }""", "'a'")]
    [InlineData("""{ "type": "diff", "diff": [{ "path": "a", "modified": "" }] }""", "'a'")]
    [InlineData("""{ "type": "diff", "diff": [{ "path": "a", "type": "edit" }] }""", "'a'")]
    [InlineData("""{ "type": "diff", "diff": [{ "path": "a", "type": "create", "modified": null }] }""", "'a'")]
    [InlineData("""{ "type": "diff", "diff": [{ "path": "a", "type": "create", "modified": "\ud800" }] }""", "'a'")]
    public void Parse_WhenADiffMessageIsBroken_NamesItsIndex(string message, string reason) =>
        Refusal($$"""[{ "type": "plan" }, {{message}}]""").Should().StartWith("historyMessages[1]").And.Contain(reason);

    [Theory]
    [InlineData("{}", "must be an array")]
    [InlineData("7", "must be an array")]
    [InlineData("\"{}\"", "must be an array")]
    [InlineData("""
        "\"[]\""
        """, "another text")]
    [InlineData("\"\\ud800\"", "not valid Unicode")]
    [InlineData("not json", "not valid JSON")]
    [InlineData("\"not json\"", "not valid JSON")]
    public void Parse_WhenItIsNoListOfMessages_SaysSo(string json, string reason) => Refusal(json).Should().Contain(reason);

    [Fact]
    public void Parse_WhenNestedWithoutEnd_IsRefused() => Refusal(new string('[', 1_000_000)).Should().Contain("nests too deep");

    [Fact]
    public void Parse_WhenAMessageIsTheWholeProject_ForgetsWhatCameBeforeIt()
    {
        var history = HistoryDiffs.Parse(
            """
            [
              { "type": "diff", "diff": [{ "path": "old.ts", "type": "create", "modified": "" }] },
              { "type": "diff", "base": "none", "diff": [{ "path": "index.html", "type": "create", "modified": "saved" }] },
              { "type": "diff", "diff": [{ "path": "index.html", "type": "edit", "modified": "later" }] }
            ]
            """,
            Limits).Value;

        history.Files.Should().ContainSingle().Which.TextOf().Should().Be("saved");
        history.Diffs.Should().ContainSingle().Which.Path.Should().Be("index.html");
    }

    [Theory]
    [InlineData("""[{ "type": "diff", "diff": [] }]""")]
    [InlineData("""[{ "type": "diff", "base": "template", "diff": [] }, { "type": "diff", "base": null, "diff": [] }]""")]
    [InlineData("""[{ "type": "plan", "base": "none" }]""")]
    public void Parse_WhenNoMessageIsTheWholeProject_LeavesTheTemplateAsItsBase(string json) =>
        HistoryDiffs.Parse(json, Limits).Value.Files.Should().BeNull();

    [Fact]
    public void Parse_WhenTheWholeProjectDeletesAFile_IsRefused() =>
        Refusal("""[{ "type": "diff", "base": "none", "diff": [{ "path": "a", "type": "delete" }] }]""")
            .Should().StartWith("historyMessages[0]").And.Contain("deletes 'a'");

    private static void ShouldBeTheHistory(IReadOnlyList<FileDiff> diffs)
    {
        diffs.Select(diff => diff.Path).Should().Equal("src/App.tsx", "src/new.ts", "src/new.ts");
        diffs[0].Content!.Value.ToArray().Should().Equal("blue"u8.ToArray());
        diffs[1].Content!.Value.Length.Should().Be(0, "an empty file is a file");
        diffs[2].Content.Should().BeNull("it is deleted");
    }

    private static IReadOnlyList<FileDiff> Parse(string json) => HistoryDiffs.Parse(json, Limits).Value.Diffs;

    private static string Refusal(string json) => HistoryDiffs.Parse(json, Limits).FirstError.Description;

    private static string Repeat(string json, int times) => string.Join(',', Enumerable.Repeat(json, times));
}
