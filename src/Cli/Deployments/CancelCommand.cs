using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Deployments;

/// <summary><c>libra cancel</c>: stops a deployment.</summary>
internal static class CancelCommand
{
    public static readonly Command Definition = new("cancel", ["DEPLOYMENT"], "stops a deployment that has not ended", [], RunAsync);

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var answer = await call.Api.PostAsync($"deploy/{Uri.EscapeDataString(call.Operand!)}/cancel", body: null, cancellationToken);
        call.Answer(answer);
        call.Say(
            (string?)answer["status"] == "cancelled" ? "Cancelled before it started." : "It is being stopped, which takes some seconds.");
        return ExitCodes.Done;
    }
}
