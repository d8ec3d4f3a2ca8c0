using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Deployments;

/// <summary><c>libra rollback</c>: makes what an earlier deployment built live again.</summary>
internal static class RollbackCommand
{
    public static readonly Command Definition = new(
        "rollback", ["DEPLOYMENT"], "makes the version of an earlier, completed deployment live again", [LiveView.Detach], RunAsync);

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        var accepted = await call.Api.PostAsync($"deploy/{Uri.EscapeDataString(call.Operand!)}/rollback", body: null, cancellationToken);
        return await new LiveView(call).FollowStartedAsync(accepted, cancellationToken);
    }
}
