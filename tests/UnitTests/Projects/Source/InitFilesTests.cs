using System.Text.Json;
using Libra.Deploy.Application.Projects.Source;
using static Libra.Deploy.UnitTests.Projects.Source.SourceSamples;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class InitFilesTests
{
    private static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

    [Fact]
    public void Parse_WhenGivenAList_ReadsTextAndBinary()
    {
        var json = JsonSerializer.Serialize(new object[]
        {
            new { path = "./src/App.tsx", content = "héllo 🎉", color = "ignored" },
            new { path = "b.txt", content = "", encoding = "utf8" },
            new { path = "c.txt", content = "c", encoding = (string?)null },
            new { path = "logo.png", content = Convert.ToBase64String(EveryByte), encoding = "base64" },
            new { path = "icon.png", content = Convert.ToBase64String(EveryByte), isBinary = true },
        });

        var files = InitFiles.Parse(json, Limits).Value;

        files.Select(file => file.Path).Should().Equal("src/App.tsx", "b.txt", "c.txt", "logo.png", "icon.png");
        files[0].TextOf().Should().Be("héllo 🎉");
        files[3].Content.ToArray().Should().Equal(EveryByte);
        files[4].Content.ToArray().Should().Equal(EveryByte);
    }

    [Fact]
    public void Parse_WhenGivenATree_ReadsItToTheLeaves()
    {
        var json = $$"""
            {
              "package.json": { "type": "file", "content": "{}" },
              "src": { "type": "directory", "children": {
                "lib": { "type": "directory", "children": { "a.ts": { "type": "file", "content": "a", "isBinary": false } } },
                "logo.png": { "type": "file", "content": "{{Convert.ToBase64String(EveryByte)}}", "isBinary": true } } },
              "empty": { "type": "directory", "children": {} },
              "docs/readme.md": { "type": "file", "content": "flat" }
            }
            """;

        var files = InitFiles.Parse(json, Limits).Value;

        files.Select(file => file.Path).Should().Equal("package.json", "src/lib/a.ts", "src/logo.png", "docs/readme.md");
        files[2].Content.ToArray().Should().Equal(EveryByte);
    }

    [Theory]
    [InlineData("""{ "src": { "type": "directory", "children": { "/etc/passwd": { "type": "file", "content": "" } } } }""",
        "'/etc/passwd'")]
    [InlineData("""{ "src": { "type": "directory", "children": { "..": { "type": "directory", "children": {} } } } }""", "'..'")]
    [InlineData("""{ "..": { "type": "directory", "children": { "x": { "type": "file", "content": "" } } } }""", "'..'")]
    [InlineData("""{ ".": { "type": "directory", "children": {} } }""", "'.'")]
    [InlineData("""{ "": { "type": "file", "content": "" } }""", "''")]
    [InlineData("""{ "a\u0000b": { "type": "file", "content": "" } }""", @"'a\u0000b'")]
    [InlineData("""[{ "path": "../x", "content": "" }]""", "'../x'")]
    [InlineData("""[{ "path": "a\\b", "content": "" }]""", @"'a\b'")]
    [InlineData("""[{ "path": "node_modules/../../x", "content": "" }]""", "'node_modules/../../x'")]
    public void Parse_WhenAPathIsUnsafe_NamesIt(string json, string named) => Refusal(json).Should().Contain(named);

    [Theory]
    [InlineData("", "initFiles is not valid JSON")]
    [InlineData("[", "line 1")]
    [InlineData("[]]", "line 1")]
    [InlineData("null", "array of files or an object")]
    [InlineData("\"x\"", "array of files or an object")]
    [InlineData("[1]", "initFiles[0] must be an object")]
    [InlineData("""[{ "path": "a", "content": "" }, { "content": "" }]""", "initFiles[1] has no readable text in 'path'")]
    [InlineData("""[{ "path": 7, "content": "" }]""", "initFiles[0] has no readable text in 'path'")]
    [InlineData("""[{ "path": "a" }]""", "The content of 'a'")]
    [InlineData("""[{ "path": "a", "content": null }]""", "The content of 'a'")]
    [InlineData("""[{ "path": "a", "content": "x", "encoding": "hex" }]""", "'hex'")]
    [InlineData("""[{ "path": "a", "content": "x", "encoding": 1 }]""", "The content of 'a'")]
    [InlineData("""[{ "path": "a", "content": "x", "encoding": "utf8", "isBinary": true }]""", "The content of 'a'")]
    [InlineData("""[{ "path": "a.png", "content": "no base64!", "encoding": "base64" }]""",
        "'a.png' cannot be read: it is said to be base64")]
    [InlineData("""{ "a.png": { "type": "file", "content": "%%%", "isBinary": true } }""",
        "'a.png' cannot be read: it is said to be base64")]
    [InlineData("""{ "a": "text" }""", "'a' must be an object")]
    [InlineData("""{ "a": { "content": "" } }""", "'a' must have the type")]
    [InlineData("""{ "a": { "type": "symlink", "content": "" } }""", "'a' must have the type")]
    [InlineData("""{ "a": { "type": "directory" } }""", "'a' is a directory without")]
    public void Parse_WhenMalformed_SaysWhereAndWhy(string json, string reason) => Refusal(json).Should().Contain(reason);

    [Theory]
    [InlineData("""[{ "path": "a", "content": "" }, { "path": "./a", "content": "" }]""", "The path 'a' appears twice")]
    [InlineData("""[{ "path": "a", "path": "b", "content": "" }]""", "initFiles[0] has the key 'path' twice")]
    [InlineData("""{ "a": { "type": "file", "content": "1" }, "a": { "type": "file", "content": "2" } }""",
        "initFiles has the key 'a' twice")]
    [InlineData("""{ "s": { "type": "directory", "children": { "a": {}, "a": {} } } }""", "'s' has the key 'a' twice")]
    [InlineData("""{ "a": { "type": "file", "content": "1", "content": "2" } }""", "'a' has the key 'content' twice")]
    [InlineData("""{ "s/a": { "type": "file", "content": "" }, "s": { "type": "directory", "children": { "a": { "type": "file", "content": "" } } } }""",
        "'s/a' appears twice")]
    public void Parse_WhenSomethingComesTwice_DoesNotGuess(string json, string reason) => Refusal(json).Should().Contain(reason);

    [Theory]
    [InlineData("""[{ "path": "a\ud800", "content": "" }]""")]
    [InlineData("""[{ "path": "a", "content": "\udc00" }]""")]
    [InlineData("""[{ "path": "a", "content": "AA==", "encoding": "\ud800" }]""")]
    [InlineData("""[{ "path": "a", "content": "", "\ud800": 1 }]""")]
    [InlineData("""{ "a\ud800": { "type": "file", "content": "" } }""")]
    [InlineData("""{ "a": { "type": "\ud800", "content": "" } }""")]
    public void Parse_WhenHalfOfASurrogatePairIsEscaped_IsRefused(string json) => Refusal(json).Should().NotContain("\ud800");

    [Fact]
    public void Parse_WhenTheTextItselfIsNoUnicode_IsRefused() => Refusal("[\"\ud800\"]").Should().Contain("not valid Unicode");

    [Fact]
    public void Parse_WhenNestedDeeply_IsRefusedAtTheLimit()
    {
        static string Nest(int depth) => string.Concat(Enumerable.Repeat("""{"d":{"type":"directory","children":""", depth))
            + """{"f":{"type":"file","content":""}}""" + new string('}', depth * 2);

        InitFiles.Parse(Nest(31), Limits).Value.Should().ContainSingle();
        Refusal(Nest(32)).Should().Contain("more than 32 folders deep");
        Refusal(Nest(100_000)).Should().Contain("nests too deep");
        Refusal(new string('[', 1_000_000)).Should().Contain("nests too deep");
    }

    [Fact]
    public void Parse_WhenThereAreTooManyFiles_StopsAtTheLimit()
    {
        var json = "[" + string.Join(',', Enumerable.Range(0, 200_000).Select(number => $$"""{"path":"f{{number}}","content":""}""")) + "]";

        Refusal(json).Should().Contain("10,000 files").And.Contain("'f10000'");
    }

    [Fact]
    public void Parse_WhenThereAreTooManyFolders_StopsAtTheLimit()
    {
        var folders = Enumerable.Range(0, 2_000).Select(number => $"\"f{number}\":" + """{"type":"directory","children":{}}""");

        InitFiles.Parse($"{{{string.Join(',', folders)}}}", Limits with { MaxFiles = 10 }).FirstError.Description
            .Should().Contain("more than 1,000 files and folders");
    }

    [Fact]
    public void Parse_WhenAFolderHasTooManyEntries_DoesNotLookAtTheFirst()
    {
        var entries = Enumerable.Range(0, 2_000).Select(number => $"\"../{number}\":0");

        InitFiles.Parse($"{{{string.Join(',', entries)}}}", Limits with { MaxFiles = 10 }).FirstError.Description
            .Should().Contain("more than 1,000 files and folders").And.Contain("Source:MaxFiles");
    }

    [Fact]
    public void Parse_WhenAnEntryHasTooManyFields_IsRefused()
    {
        var fields = string.Join(',', Enumerable.Range(0, 1_000).Select(number => $"\"x{number}\":0"));

        Refusal($$"""[{"path":"a","content":"",{{fields}}}]""").Should().Contain("more than 1,000 fields");
    }

    [Fact]
    public void Parse_WhenAFileIsTooLarge_NamesItAndTheLimit() =>
        InitFiles.Parse("""[{ "path": "big.txt", "content": "12345" }]""", Limits with { MaxFileBytes = 4 }).FirstError.Description
            .Should().Contain("'big.txt' has 5 bytes").And.Contain("4");

    [Fact]
    public void Parse_WhenNodeModulesComeAlong_LeavesThemOutOfTheLimits()
    {
        var modules = Enumerable.Range(0, 50).Select(number => new { path = $"node_modules/p/{number}.js", content = "x" });
        var json = JsonSerializer.Serialize(modules.Append(new { path = "index.html", content = "x" }));

        var files = InitFiles.Parse(json, Limits with { MaxFiles = 1 }).Value;

        files.Should().ContainSingle().Which.Path.Should().Be("index.html");
    }

    private static string Refusal(string json)
    {
        var error = InitFiles.Parse(json, Limits).FirstError;
        error.Code.Should().Be("DEPLOYMENT_VALIDATION_FAILED");
        return error.Description;
    }
}
