using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.IntegrationTests.Service;
using static Libra.Deploy.IntegrationTests.Access.ToForeigners;

namespace Libra.Deploy.IntegrationTests.Access;

/// <summary>Who gets in where: one row for every route of the service. A new route needs a row, or a test fails.</summary>
internal static class AccessMatrix
{
    public static readonly IReadOnlyList<MatrixRow> Rows =
    [
        Public("GET /"),
        Public("GET /health"),
        Public("GET /health/live"),
        Public("GET /health/ready"),
        Public("GET /health/detailed"),
        Public("GET /openapi.json"),
        Public("GET /docs*"),
        Public("GET /console*"),

        Guarded("POST /deploy", Scopes.DeploymentsWrite, Refused, at => ("/deploy", Json(DeployObject(at)))),
        Guarded("POST /deploy/batch", Scopes.DeploymentsWrite, RefusedInside,
            at => ("/deploy/batch", Json(new JsonObject { ["deployments"] = new JsonArray(DeployObject(at)) }))),
        Guarded("GET /deploy/{id}/status", Scopes.DeploymentsRead, LooksMissing, at => ($"/deploy/{at.Deployment}/status", null)),
        Guarded("GET /deploy/{id}/logs", Scopes.DeploymentsRead, LooksMissing, at => ($"/deploy/{at.Deployment}/logs", null)),
        Guarded("GET /deploy/{id}/logs/stream", Scopes.DeploymentsRead, LooksMissing, at => ($"/deploy/{at.Deployment}/logs/stream", null)),
        Guarded("GET /deploy/{id}/artifact", Scopes.DeploymentsRead, LooksMissing, at => ($"/deploy/{at.Deployment}/artifact", null)),
        Guarded("GET /deploy/{id}/result", Scopes.OperationsRead, LooksMissing, at => ($"/deploy/{at.Deployment}/result", null)),
        Guarded("POST /deploy/{id}/cancel", Scopes.DeploymentsWrite, LooksMissing, at => ($"/deploy/{at.Deployment}/cancel", null)),
        Guarded("POST /deploy/{id}/retry", Scopes.DeploymentsWrite, LooksMissing, at => ($"/deploy/{at.Deployment}/retry", null)),
        Guarded("POST /deploy/{id}/rollback", Scopes.DeploymentsWrite, LooksMissing, at => ($"/deploy/{at.Deployment}/rollback", null)),
        Guarded("GET /deploy-status", Scopes.DeploymentsRead, LooksMissing, at => ($"/deploy-status?instanceId={at.Deployment}", null)),

        Guarded("GET /projects/{id}", Scopes.DeploymentsRead, LooksMissing, at => ($"/projects/{at.Project}", null)),
        Guarded("PUT /projects/{id}", Scopes.ProjectsWrite, Refused, at => (
            $"/projects/{at.Project}",
            Json(new JsonObject { ["organizationId"] = at.Organization, ["userId"] = at.User, ["name"] = "Test" }))),
        Guarded("GET /projects/{id}/deployments", Scopes.DeploymentsRead, LooksMissing,
            at => ($"/projects/{at.Project}/deployments", null)),
        Guarded("GET /organizations/{orgId}/quota", Scopes.DeploymentsRead, LooksMissing,
            at => ($"/organizations/{at.Organization}/quota", null)),
        Guarded("PUT /organizations/{orgId}/limits", Scopes.Admin, Refused,
            at => ($"/organizations/{at.Organization}/limits", Json(new JsonObject { ["deployLimit"] = 50 }))),

        Guarded("POST /organizations/{orgId}/webhooks", Scopes.ProjectsWrite, Refused,
            at => (Webhooks(at), Json(new JsonObject { ["url"] = "https://example.com/" }))),
        Guarded("GET /organizations/{orgId}/webhooks", Scopes.DeploymentsRead, Refused, at => (Webhooks(at), null)),
        Guarded("GET /organizations/{orgId}/webhooks/{id}", Scopes.DeploymentsRead, Refused, at => ($"{Webhooks(at)}/{at.Webhook}", null)),
        Guarded("PUT /organizations/{orgId}/webhooks/{id}", Scopes.ProjectsWrite, Refused, at => (
            $"{Webhooks(at)}/{at.Webhook}", Json(new JsonObject { ["enabled"] = false }))),
        Guarded("DELETE /organizations/{orgId}/webhooks/{id}", Scopes.ProjectsWrite, Refused, at => ($"{Webhooks(at)}/{at.Webhook}", null)),
        Guarded("POST /organizations/{orgId}/webhooks/{id}/secret", Scopes.ProjectsWrite, Refused,
            at => ($"{Webhooks(at)}/{at.Webhook}/secret", null)),
        Guarded("GET /organizations/{orgId}/webhooks/{id}/deliveries", Scopes.DeploymentsRead, Refused,
            at => ($"{Webhooks(at)}/{at.Webhook}/deliveries", null)),
        Guarded("POST /organizations/{orgId}/webhooks/{id}/deliveries/{deliveryId}/replay", Scopes.ProjectsWrite, Refused, at => (
            $"{Webhooks(at)}/{at.ToldWebhook}/deliveries/{at.Delivery}/replay", null)),

        Guarded("POST /tokens", Scopes.Admin, Refused, at => (
            "/tokens", Json(
                new JsonObject { ["name"] = "t", ["organizationId"] = at.Organization,
                    ["scopes"] = new JsonArray(Scopes.DeploymentsRead) }))),
        Guarded("GET /tokens", Scopes.Admin, Refused, _ => ("/tokens", null)),
        Guarded("GET /tokens/{id}", Scopes.Admin, Refused, at => ($"/tokens/{at.Token}", null)),
        Guarded("DELETE /tokens/{id}", Scopes.Admin, Refused, at => ($"/tokens/{at.Token}", null)),

        Guarded("GET /status", Scopes.DeploymentsRead, SeesNothing, _ => ("/status", null)),
        Guarded("GET /status/deployments", Scopes.DeploymentsRead, SeesNothing, _ => ("/status/deployments", null)),
        Guarded("POST /status/cleanup", Scopes.OperationsWrite, SeesNothing,
            _ => ("/status/cleanup", Json(new JsonObject { ["dryRun"] = true }))),
        Guarded("GET /status/queue", Scopes.OperationsRead, SeesNothing, _ => ("/status/queue", null)),
        Guarded("GET /status/queue/dead-letters", Scopes.OperationsRead, SeesNothing,
            at => ($"/status/queue/dead-letters?orgId={at.Organization}", null)),
        Guarded("GET /status/queue/dead-letters/{id}", Scopes.OperationsRead, LooksMissing,
            at => ($"/status/queue/dead-letters/{at.DeadLetter}", null)),
        Guarded("POST /status/queue/dead-letters/{id}/replay", Scopes.OperationsWrite, LooksMissing,
            at => ($"/status/queue/dead-letters/{at.DeadLetter}/replay", null)),
        Guarded("POST /status/queue/dead-letters/{id}/discard", Scopes.OperationsWrite, LooksMissing,
            at => ($"/status/queue/dead-letters/{at.DeadLetter}/discard", null)),
        Guarded("POST /status/queue/dead-letters/replay", Scopes.OperationsWrite, SeesNothing, at => (
            "/status/queue/dead-letters/replay", Json(new JsonObject { ["orgId"] = at.Organization, ["limit"] = 1 }))),
        // Its figures are of the whole fleet.
        new("GET /metrics", Scopes.OperationsRead, Refused, AllOrganizations: true, _ => ("/metrics", null)),

        Public("GET /hangfire/login"),
        Public("POST /hangfire/login"),
        Public("POST /hangfire/logout"),
        // The dashboard's pages know no organizations, so its callers must belong to none in particular.
        new("* /hangfire*", Scopes.OperationsRead, Refused, AllOrganizations: true, _ => ("/hangfire/deployments", null)),
        Guarded("POST /hangfire/dead-letters/{id}", Scopes.OperationsWrite, NeedsItsForm, at => (
            $"/hangfire/dead-letters/{at.DeadLetter}",
            new FormUrlEncodedContent(new Dictionary<string, string> { ["action"] = "discard" }))),
    ];

    private static MatrixRow Public(string route) =>
        new(route, Scope: null, SeesNothing, AllOrganizations: false, _ => (route.Split(' ')[1].TrimEnd('*'), null));

    private static MatrixRow Guarded(string route, string scope, ToForeigners foreign, Func<MatrixIds, (string, HttpContent?)> request) =>
        new(route, scope, foreign, AllOrganizations: scope == Scopes.Admin, request);

    private static string Webhooks(MatrixIds at) => $"/organizations/{at.Organization}/webhooks";

    private static JsonContent Json(JsonObject body) => JsonContent.Create(body);

    private static JsonObject DeployObject(MatrixIds at) => new()
    {
        ["projectId"] = at.Project,
        ["orgId"] = at.Organization,
        ["userId"] = at.User,
        ["initFiles"] = TestProject.Files(("index.html", "x")),
    };
}

/// <summary>One route and whom it lets in.</summary>
/// <param name="Route">Method and pattern; a star at the end stands for anything that follows.</param>
/// <param name="Scope">What a caller needs; null for a route that is open to all.</param>
/// <param name="AllOrganizations">True when only a caller that sees every organization gets in.</param>
/// <param name="Request">A request that is in order, for the objects of one organization.</param>
internal sealed record MatrixRow(
    string Route, string? Scope, ToForeigners Foreign, bool AllOrganizations, Func<MatrixIds, (string Path, HttpContent? Body)> Request)
{
    public HttpMethod Method => Route[0] == '*' ? HttpMethod.Get : new HttpMethod(Route.Split(' ')[0]);

    public bool Covers(string route) => Route[^1] == '*' ? route.StartsWith(Route[..^1], StringComparison.Ordinal) : route == Route;
}

/// <summary>What a caller of another organization is told.</summary>
internal enum ToForeigners
{
    /// <summary>404, in the very words for what does not exist.</summary>
    LooksMissing,

    /// <summary>403: it names an organization that is not its own, or lacks the right as every stranger does.</summary>
    Refused,

    /// <summary>200, with the refusal inside.</summary>
    RefusedInside,

    /// <summary>400 for everybody with the scope, before anything is looked up: the form was not made for this caller.</summary>
    NeedsItsForm,

    /// <summary>An answer in which nothing of the other organization appears.</summary>
    SeesNothing,
}

/// <summary>Objects of one organization, there or not.</summary>
/// <param name="ToldWebhook">The webhook that has the delivery; the other one may be removed.</param>
internal sealed record MatrixIds(
    string Organization, string User, string Project, string Deployment, string DeadLetter, string Token, string Webhook,
    string ToldWebhook, string Delivery)
{
    /// <summary>Ids of the same form that nothing has.</summary>
    public static MatrixIds OfNothing { get; } = new(
        "org-of-nobody", "user-nobody", "p-of-nobody", "deploy_1700000000000_nothing00", "01930000-0000-7000-8000-000000000000",
        "01930000-0000-7000-8000-000000000001",
        "01930000-0000-7000-8000-000000000002", "01930000-0000-7000-8000-000000000003", "01930000-0000-7000-8000-000000000004");

    public IEnumerable<string> All => [Organization, User, Project, Deployment, DeadLetter];

    /// <summary>The text with the ids taken out, so that two answers can be compared.</summary>
    public string Erase(string text) =>
        All.Append(Token).Aggregate(text, (erased, id) => erased.Replace(id, "…", StringComparison.Ordinal));
}
