using Libra.Deploy.Cli.Source;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", ".log", true)]
    [InlineData("*.log", "a.log.txt", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-c-b", false)]
    [InlineData("*", "", true)]
    [InlineData("?", "", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("[abc].txt", "b.txt", true)]
    [InlineData("[abc].txt", "d.txt", false)]
    [InlineData("[!abc]", "d", true)]
    [InlineData("[^abc]", "a", false)]
    [InlineData("[a-f0-9]", "e", true)]
    [InlineData("[a-f0-9]", "g", false)]
    [InlineData("[]x]", "]", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[[:digit:]]", "7", true)]
    [InlineData("[[:digit:]x]", "x", true)]
    [InlineData("[![:alpha:]]", "q", false)]
    [InlineData("[ab", "a", false)]
    [InlineData("[ab", "[ab", false)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("Name", "name", false)]
    public void Matches_NameByName_DecidesAsGitDoes(string pattern, string name, bool expected) =>
        Glob.Matches(pattern, name).Should().Be(expected);

    [Fact]
    public void Matches_WhenAPatternIsMadeToBeSlow_AnswersAtOnce()
    {
        var pattern = string.Concat(Enumerable.Repeat("*a", 50)) + "b";

        Glob.Matches(pattern, new string('a', 2000)).Should().BeFalse();
    }
}
