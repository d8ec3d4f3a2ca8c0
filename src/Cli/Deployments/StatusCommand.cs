using System.Globalization;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Deployments;

/// <summary><c>libra status</c>: how one deployment stands, or the newest ones.</summary>
internal static class StatusCommand
{
    private static readonly Option Project = new("project", "ID", "list those of one project", "LIBRA_PROJECT");
    private static readonly Option Limit = new("limit", "COUNT", "how many to list (default: 20)");

    public static readonly Command Definition = new(
        "status", ["[DEPLOYMENT]"], "shows a deployment's status, or lists the newest ones", [Project, Limit], RunAsync);

    private static async Task<int> RunAsync(Invocation call, CancellationToken cancellationToken)
    {
        if (call.Operand is null) return await ListAsync(call, cancellationToken);

        var answer = await call.Api.GetAsync($"deploy/{Uri.EscapeDataString(call.Operand)}/status", cancellationToken);
        call.Answer(answer);
        var state = DeploymentState.Of(answer);
        call.Say($"{state.DeploymentId} of {Printable.Of(state.ProjectId)}: {state.Status}, {state.Progress} %");
        if (state.HasEnded) return Ended(call, state);

        call.Say(state.Queue is { } place ? $"It waits for {Awaited(place)}, at place {place.Position}." : Printable.Of(state.Stage));
        new DeploymentReport(call).Show(state);
        return ExitCodes.Done;
    }

    private static string Awaited(WaitingState place) => place.WaitingFor switch
    {
        "slot" => "a free slot",
        "retry" => "the time of its next attempt",
        "organization" => "another deployment of its organization to end",
        var other => Printable.Of(other),
    };

    // Asking worked, whatever became of the deployment.
    private static int Ended(Invocation call, DeploymentState state)
    {
        new DeploymentReport(call).Conclude(state);
        return ExitCodes.Done;
    }

    private static async Task<int> ListAsync(Invocation call, CancellationToken cancellationToken)
    {
        var filter = call.Value(Project) is { } id ? $"&projectId={Uri.EscapeDataString(id)}" : string.Empty;
        var answer = await call.Api.GetAsync(
            $"status/deployments?limit={Uri.EscapeDataString(call.Value(Limit) ?? "20")}{filter}", cancellationToken);
        call.Answer(answer);
        var listed = answer["deployments"]!.AsArray().OfType<JsonNode>().Select(DeploymentState.Of).ToList();
        if (listed.Count == 0) call.Say("There are no deployments yet.");
        foreach (var state in listed)
        {
            var status = state.HasEnded ? state.Status : $"{state.Status} {state.Progress} %";
            var (project, end) = (Printable.Of(state.ProjectId), state.WorkerUrl ?? state.Error?.Code);
            call.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{state.DeploymentId}  {state.CreatedAt:yyyy-MM-dd HH:mm:ss}  {status,-22}  {project}  {end}"));
        }

        return ExitCodes.Done;
    }
}
