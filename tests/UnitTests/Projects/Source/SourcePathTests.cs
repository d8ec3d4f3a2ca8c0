using Libra.Deploy.Application.Projects.Source;

namespace Libra.Deploy.UnitTests.Projects.Source;

public sealed class SourcePathTests
{
    [Theory]
    [InlineData("src/App.tsx", "src/App.tsx")]
    [InlineData("./src/App.tsx", "src/App.tsx")]
    [InlineData("src/./a//b.ts", "src/a/b.ts")]
    [InlineData("...", "...")]
    [InlineData("src/..a", "src/..a")]
    [InlineData("trailing dot. /x. ", "trailing dot. /x. ")]
    [InlineData("src/[...slug]/page (1).tsx", "src/[...slug]/page (1).tsx")]
    [InlineData("emoji/🎉.svg", "emoji/🎉.svg")]
    public void Normalize_WhenHarmless_KeepsTheNameAndDropsEmptySegments(string raw, string expected) =>
        SourcePath.Normalize(raw, maxDepth: 32).Value.Should().Be(expected);

    [Theory]
    [InlineData("", "empty")]
    [InlineData(".", "names no file")]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("C:/Windows/win.ini", "absolute")]
    [InlineData("../secret", "'..'")]
    [InlineData("src/../../secret", "'..'")]
    [InlineData("src/..", "'..'")]
    [InlineData("src\\App.tsx", "backslash")]
    [InlineData("src/", "ends in '/'")]
    [InlineData("a\0b", "control")]
    [InlineData("a\nb", "control")]
    [InlineData("a\u0085b", "control")]
    public void Normalize_WhenUnsafe_IsRefusedWithAReason(string raw, string reason)
    {
        var error = SourcePath.Normalize(raw, maxDepth: 32).FirstError;

        error.Code.Should().Be("DEPLOYMENT_VALIDATION_FAILED");
        error.Description.Should().Contain(reason);
    }

    [Fact]
    public void Normalize_WhenHalfOfASurrogatePairStandsAlone_IsRefused()
    {
        string[] broken = ["a\ud800", "\udc00b", "a\ud800\ud800", "\udc00\ud800"];

        broken.Should().OnlyContain(raw => SourcePath.Normalize(raw, 32).FirstError.Description.Contains("not valid Unicode"));
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void Normalize_WhenASegmentIsLong_CountsItsBytes(int bytes, bool accepted)
    {
        var name = new string('é', bytes / 2) + (bytes % 2 == 1 ? "a" : "");

        SourcePath.Normalize($"src/{name}", 32).IsError.Should().Be(!accepted);
    }

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void Normalize_WhenThePathIsLong_CountsItsBytes(int bytes, bool accepted)
    {
        var path = string.Concat(Enumerable.Repeat("0123456789abcde/", 63)).PadRight(bytes, 'x');

        SourcePath.Normalize(path, maxDepth: 100).IsError.Should().Be(!accepted);
    }

    [Fact]
    public void Normalize_WhenDeeperThanAllowed_IsRefused()
    {
        SourcePath.Normalize("a/b/c", maxDepth: 3).IsError.Should().BeFalse();
        SourcePath.Normalize("a/b/c/d", maxDepth: 3).FirstError.Description.Should().Contain("more than 3");
    }

    [Fact]
    public void Normalize_WhenThePathIsHostile_ShowsItShortAndWithoutControlCharacters()
    {
        var raw = "\u001b[31m\u202e\ud800/" + new string('x', 5000);

        var description = SourcePath.Normalize(raw, 32).FirstError.Description;

        description.Should().Contain(@"\u001b[31m\u202e\ud800/").And.NotContainAny("\u001b", "\u202e", "\ud800");
        description.Length.Should().BeLessThan(250);
    }
}
