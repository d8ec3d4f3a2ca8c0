using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class ArgumentsTests
{
    private static readonly Command Sample = new(
        "sample", ["FIRST", "[SECOND]"], "for tests",
        [new Option("name", "TEXT", "a value"), new Option("force", null, "a switch", Short: 'f')],
        (_, _) => Task.FromResult(ExitCodes.Done));

    [Theory]
    [InlineData("--name", "x", "one")]
    [InlineData("--name=x", "one")]
    [InlineData("one", "--name", "x")]
    public void Parse_InAnyOrderAndForm_ReadsTheSame(params string[] words)
    {
        var arguments = Arguments.Parse(Sample, words);

        arguments.Operands.Should().Equal("one");
        arguments.Values.Should().Equal(new Dictionary<string, string> { ["name"] = "x" });
    }

    [Fact]
    public void Parse_OfLettersAndWhatStandsBehindTwoDashes_KnowsWhichIsWhich()
    {
        var arguments = Arguments.Parse(Sample, ["-f", "--", "--name", "-"]);

        arguments.Values.Should().ContainKey("force");
        arguments.Operands.Should().Equal("--name", "-");
    }

    [Theory]
    [InlineData("FIRST is missing*")]
    [InlineData("Too many arguments*", "1", "2", "3")]
    [InlineData("FIRST is empty*", "")]
    [InlineData("SECOND is empty*", "1", " ")] // a variable that is not set, most likely
    [InlineData("--name needs a value*", "1", "--name")]
    [InlineData("--force takes no value*", "1", "--force=yes")]
    [InlineData("*has no option --nam*", "1", "--nam", "x")]
    [InlineData("*has no option -x*", "1", "-x")]
    [InlineData("--name stands twice*", "1", "--name=a", "--name=b")]
    public void Parse_OfWhatMakesNoSense_SaysWhat(string message, params string[] words) =>
        FluentActions.Invoking(() => Arguments.Parse(Sample, words)).Should().Throw<UsageException>().WithMessage(message);
}
