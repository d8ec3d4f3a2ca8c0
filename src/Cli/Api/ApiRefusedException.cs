using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Api;

/// <summary>The service answered, and the answer is no.</summary>
internal sealed class ApiRefusedException(HttpStatusCode status, JsonNode? body)
    : CommandException(Explain(status, Ours(body)), code: CodeOf(Ours(body)))
{
    /// <summary>The service's own words; null when something else answered in its place.</summary>
    public JsonNode? Body { get; } = Ours(body);

    /// <summary>True when the same may work a moment later: a node is stopping, or its database is away.</summary>
    public bool MayPass { get; } =
        status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    // Others speak JSON, too.
    private static JsonNode? Ours(JsonNode? body) => IsText(body?["code"]) && IsText(body?["message"]) ? body : null;

    private static bool IsText(JsonNode? node) => node?.GetValueKind() is JsonValueKind.String;

    private static string CodeOf(JsonNode? body) => (string?)body?["code"] ?? "UNEXPECTED_ANSWER";

    private static string Explain(HttpStatusCode status, JsonNode? body)
    {
        var message =
            (string?)body?["message"] ?? $"The service answered {(int)status}, and not in the way of Libra Deploy. Is the address right?";
        return CodeOf(body) switch
        {
            "UNAUTHORIZED" => $"{message} Give a token with --token or LIBRA_TOKEN.",
            // The same answer for all three causes, so that ids cannot be probed: only the caller can tell them apart.
            "PROJECT_NOT_FOUND" => $"{message.TrimEnd('.')}. Check the id (--project), whether --org names its organization, "
                + "and whether the token is for that one. A new project is made by PUT /projects/ID first, see docs/cli.md.",
            "PAYLOAD_TOO_LARGE" => $"{message} Pictures and other files that are no text count a third more than on the disk, because they "
                + "travel as base64. A .gitignore can leave parts out.",
            "VALIDATION_ERROR" => $"{message}: {Fields(body!)}",
            "DEPLOYMENT_IN_PROGRESS" when (string?)body!["details"]?["deploymentId"] is { } active =>
                $"{message} Follow it: libra logs -f {active}",
            "RATE_LIMITED" or "SERVICE_UNAVAILABLE" when body!["retryAfter"] is { } seconds => $"{message} Try again in {seconds} s.",
            _ => message,
        };
    }

    private static string Fields(JsonNode body)
    {
        var fields = body["details"]?["fieldErrors"] as JsonObject ?? [];
        var form = body["details"]?["formErrors"] as JsonArray ?? [];
        return string.Join("; ", fields
            .Select(field => $"{field.Key}: {string.Join(", ", (field.Value as JsonArray ?? []).Select(text => (string?)text))}")
            .Concat(form.Select(text => $"{text}")));
    }
}
