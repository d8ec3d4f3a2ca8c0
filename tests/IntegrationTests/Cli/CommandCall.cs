using System.Text.Json.Nodes;
using Libra.Deploy.Cli;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.IntegrationTests.Cli;

/// <summary>Calls the command line program as a shell does, and keeps what it prints.</summary>
internal sealed record CommandCall(int ExitCode, string Output, string Error)
{
    /// <summary>The only line of the output.</summary>
    public JsonNode Json => JsonNode.Parse(Output)!;

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static async Task<CommandCall> RunAsync(Uri service, string? token, params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var variables = new Dictionary<string, string?> { ["LIBRA_URL"] = service.ToString(), ["LIBRA_TOKEN"] = token };
        var code = await CommandRunner.RunAsync(
            words, new Terminal(output, error), variables.GetValueOrDefault, TestContext.Current.CancellationToken);
        return new CommandCall(code, output.ToString(), error.ToString());
    }
}
