using System.Text.Json.Nodes;
using Libra.Deploy.Cli.Api;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Deployments;

/// <summary><c>libra logs</c>: what a deployment has printed, and with <c>-f</c> what it prints.</summary>
internal static class LogsCommand
{
    private const int PageSize = 1000;

    private static readonly Option Follow = new("follow", null, "go on until the deployment ends", Short: 'f');

    public static readonly Command Definition = new(
        "logs", ["DEPLOYMENT"], "prints the log of a deployment; with --json one object a line", [Follow], RunAsync);

    private static Task<int> RunAsync(Invocation call, CancellationToken cancellationToken) =>
        call.Has(Follow) ? FollowAsync(call, cancellationToken) : ReadAsync(call, cancellationToken);

    private static async Task<int> ReadAsync(Invocation call, CancellationToken cancellationToken)
    {
        int lines;
        long? cursor = null;
        do
        {
            var from = cursor is null ? string.Empty : $"&cursor={cursor}";
            var page = await call.Api.GetAsync(
                $"deploy/{Uri.EscapeDataString(call.Operand!)}/logs?limit={PageSize}{from}", cancellationToken);
            var entries = page["entries"]!.AsArray();
            foreach (var entry in entries) Print(call, entry!);
            (lines, cursor) = (entries.Count, (long?)page["nextCursor"]);
        }
        while (lines > 0 && cursor is not null); // a log that still grows always has a place to go on

        return ExitCodes.Done;
    }

    // A person watches steps and log; a program gets the lines.
    private static async Task<int> FollowAsync(Invocation call, CancellationToken cancellationToken)
    {
        if (!call.WantsJson) return await new LiveView(call).FollowAsync(call.Operand!, cancellationToken);

        await foreach (var happened in new EventStream(call.Api, call.Note).ReadAsync(call.Operand!, cancellationToken))
        {
            if (happened.Name == "log") Print(call, happened.Data);
            if (happened.Name == "end") return DeploymentState.Of(happened.Data).Status == "completed" ? ExitCodes.Done : ExitCodes.Failed;
        }

        return ExitCodes.Failed;
    }

    private static void Print(Invocation call, JsonNode entry)
    {
        call.Answer(entry);
        call.Say(Printable.Of((string)entry["message"]!));
    }
}
