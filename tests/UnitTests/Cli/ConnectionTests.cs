using System.Text.Json.Nodes;
using Libra.Deploy.Cli;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.CommandLine;
using Libra.Deploy.Cli.Deployments;

namespace Libra.Deploy.UnitTests.Cli;

public sealed class ConnectionTests
{
    [Theory]
    [InlineData("--token", "ldt_x\n")]
    [InlineData("--token", " ldt_x\r\n")]
    [InlineData("--url", "http://127.0.0.1:3008\n")]
    public void Read_OfWhatEndsWithALineBreak_TakesTheRest(string option, string value)
    {
        var variables = new Dictionary<string, string?> { ["LIBRA_TOKEN"] = "ldt_x\n" };

        var connection = Connection.Read(Arguments.Parse(StatusCommand.Definition, [option, value]), variables.GetValueOrDefault);

        connection.Token.Should().Be("ldt_x");
        connection.Address.AbsolutePath.Should().Be("/");
    }

    [Theory]
    [InlineData("")]
    [InlineData("ldt_x\nldt_y")]
    [InlineData("ldt x")]
    [InlineData("schlüssel")]
    public async Task AnyCommand_WithWhatIsNoToken_IsRefusedWithoutShowingIt(string token)
    {
        var forAPerson = await CallAsync("status", "--token", token);
        var forAProgram = await CallAsync("status", "--token", token, "--json");

        forAPerson.Code.Should().Be(ExitCodes.Usage);
        forAPerson.Error.Should().StartWith("libra: The token is ").And.NotContain("ldt").And.NotContain("schl");
        forAProgram.Code.Should().Be(ExitCodes.Usage);
        ((string?)JsonNode.Parse(forAProgram.Output)!["code"]).Should().Be("USAGE");
    }

    private static async Task<(int Code, string Output, string Error)> CallAsync(params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandRunner.RunAsync(
            [.. words, "--url", "http://127.0.0.1:1"], new Terminal(output, error), _ => null, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
