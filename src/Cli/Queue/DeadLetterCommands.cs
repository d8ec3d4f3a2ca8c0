using System.Text.Json.Nodes;
using Libra.Deploy.Cli.CommandLine;
using Libra.Deploy.Cli.Deployments;

namespace Libra.Deploy.Cli.Queue;

/// <summary><c>libra dlq</c>: deployments that will not be tried again by themselves.</summary>
internal static class DeadLetterCommands
{
    private const string Path = "status/queue/dead-letters";

    private static readonly Option Reason = new("reason", "REASON", "only those with this reason");
    private static readonly Option Organization = new("org", "ID", "only those of one organization");
    private static readonly Option All = new("all", null, "settled ones, too");
    private static readonly Option Limit = new("limit", "COUNT", "how many at most (default: 50)");
    private static readonly Option Note = new("note", "TEXT", "why, for whoever looks later");

    public static readonly Command List = new(
        "dlq list", [], "lists the dead letters that wait", [Reason, Organization, All, Limit], ListAsync);

    public static readonly Command Replay = new(
        "dlq replay", ["DEAD-LETTER"], "deploys the source of a dead letter again", [Note, LiveView.Detach], ReplayAsync);

    private static async Task<int> ListAsync(Invocation call, CancellationToken cancellationToken)
    {
        var answer = await call.Api.GetAsync($"{Path}?{string.Join('&', Filter(call))}", cancellationToken);
        call.Answer(answer);
        var letters = answer["deadLetters"]!.AsArray();
        if (letters.Count == 0) call.Say("There are no dead letters.");
        foreach (var letter in letters) Show(call, letter!);
        return ExitCodes.Done;
    }

    private static IEnumerable<string> Filter(Invocation call)
    {
        yield return $"limit={Uri.EscapeDataString(call.Value(Limit) ?? "50")}";
        if (!call.Has(All)) yield return "state=open";
        if (call.Value(Reason) is { } reason) yield return $"reason={Uri.EscapeDataString(reason)}";
        if (call.Value(Organization) is { } organization) yield return $"orgId={Uri.EscapeDataString(organization)}";
    }

    private static void Show(Invocation call, JsonNode letter)
    {
        var settled = (string?)letter["resolution"]?["action"] is { } action ? $", {action}" : string.Empty;
        call.Say(
            $"{letter["id"]}  {letter["createdAt"]}  {Printable.Of((string?)letter["projectId"] ?? "-")}  {letter["reason"]}{settled}");
        call.Say($"    {Printable.Of((string?)letter["finalError"] ?? string.Empty)}");
    }

    private static async Task<int> ReplayAsync(Invocation call, CancellationToken cancellationToken)
    {
        object? body = call.Value(Note) is { } note ? new { Note = note } : null;
        var accepted = await call.Api.PostAsync($"{Path}/{Uri.EscapeDataString(call.Operand!)}/replay", body, cancellationToken);
        return await new LiveView(call).FollowStartedAsync(accepted, cancellationToken);
    }
}
