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
}
