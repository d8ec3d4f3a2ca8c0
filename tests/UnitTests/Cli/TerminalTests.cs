using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.CommandLine;
using Libra.Deploy.Cli.Deployments;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class TerminalTests
{
    [Fact]
    public async Task Complaint_WhenOnlyTheOutputIsWatched_HasNoColour()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();

        await CommandRunner.RunAsync(
            ["nonsense"], new Terminal(output, error, colours: true), _ => null, TestContext.Current.CancellationToken);

        error.ToString().Should().StartWith("libra: ", "escape sequences have no place in a file");
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--version")]
    [InlineData("deploy", "--help")]
    [InlineData("nonsense", "--json")]
    public async Task AnyCommand_WhenItsOutputCannotBeWritten_SaysWhyInOneSentence(params string[] words)
    {
        using var output = new FullDisk();
        using var error = new StringWriter();

        var code = await CommandRunner.RunAsync(
            words, new Terminal(output, error), _ => null, TestContext.Current.CancellationToken);

        code.Should().Be(ExitCodes.Failed);
        error.ToString().Should().Be("libra: The output cannot be written: No space left on device.\n");
    }

    [Fact]
    public async Task AnyCommand_WhenItsComplaintCannotBeWrittenEither_EndsWithTheExitCodeAlone()
    {
        using var full = new FullDisk();

        var code = await CommandRunner.RunAsync(
            ["nonsense"], new Terminal(full, full), _ => null, TestContext.Current.CancellationToken);

        code.Should().Be(ExitCodes.Failed);
    }

    [Theory]
    [InlineData("utf-8", "Grüße €")]
    [InlineData("iso-8859-1", "\\u20AC")] // a locale of before
    public void Answer_WhateverTheLocaleHas_KeepsEveryCharacter(string encoding, string written)
    {
        using var stream = new MemoryStream();
        using var output = new StreamWriter(stream, Encoding.GetEncoding(encoding)) { AutoFlush = true };
        var arguments = Arguments.Parse(StatusCommand.Definition, ["--json"]);
        using var api = LibraApi.For(new Connection(new Uri("http://127.0.0.1:1"), Token: null), TimeProvider.System);

        new Invocation(StatusCommand.Definition, arguments, _ => null, new Terminal(output, TextWriter.Null), api)
            .Answer(new JsonObject { ["name"] = "Grüße €" });

        var text = Encoding.GetEncoding(encoding).GetString(stream.ToArray()).TrimStart('\uFEFF');
        text.Should().Contain(written);
        ((string?)JsonNode.Parse(text)!["name"]).Should().Be("Grüße €");
    }

    private sealed class FullDisk : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
