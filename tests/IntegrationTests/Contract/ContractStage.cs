using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Libra.Deploy.IntegrationTests.Service;

namespace Libra.Deploy.IntegrationTests.Contract;

/// <summary>The projects that a recorded case speaks of, made for one test and translated from the recording's names.</summary>
internal sealed partial class ContractStage
{
    private readonly Dictionary<string, string> _names = [];

    /// <summary>Makes what the case needs: each project that it names, in the state that its name tells.</summary>
    public static async Task<ContractStage> SetAsync(LibraService service, RecordedCase recorded)
    {
        var stage = new ContractStage();
        var home = await service.NewProjectAsync();
        stage._names["org-1"] = home.OrganizationId;
        stage._names["user-1"] = home.UserId;
        foreach (var name in ProjectNames().Matches($"{recorded.Path} {recorded.Body}").Select(match => match.Value).Distinct())
            stage._names[name] = await MakeAsync(service, home, name);
        if (recorded.Path.Contains("instanceId=f3598c1e", StringComparison.Ordinal))
            stage._names["f3598c1e-1431-4ecb-ab7a-4200be35376b"] = await home.StartAsync(TestProject.Files(("index.html", "x")));
        return stage;
    }

    public string Translate(string text) =>
        _names.Aggregate(text, (translated, name) => translated.Replace(name.Key, name.Value, StringComparison.Ordinal));

    public JsonNode Translate(JsonNode node) => JsonNode.Parse(Translate(node.ToJsonString()))!;

    private static async Task<string> MakeAsync(LibraService service, TestProject home, string name)
    {
        if (name == "p-nope") return $"missing-{Guid.NewGuid():N}";
        if (name == "p-otherorg") return (await service.NewProjectAsync()).Id;

        var project = await service.NewProjectInAsync(home);
        if (name is "p-preparing" or "p-deploying") await OccupyAsync(service, project, name == "p-preparing" ? "pending" : "building");
        return project.Id;
    }

    // An active deployment that no worker will move: due in the far future, or held by a lease that lasts.
    private static Task OccupyAsync(LibraService service, TestProject project, string status) => service.ExecuteAsync(
        """
        INSERT INTO deploy.deployments
            (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, fencing_token,
             artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout, lease_owner, lease_token, lease_expires_at)
        VALUES ($1, $2, $3, $4, 'Project', $5, 0, 1, 0, now() + interval '1 day', now(), 1, false, false, false, 4, 5, interval '1 day', 'test', 1, now() + interval '1 day')
        """,
        $"deploy_{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}_{Guid.NewGuid().ToString("N")[..9]}", project.Id,
        project.OrganizationId, project.UserId, status);

    [GeneratedRegex(@"\bp-[a-z]+\b")]
    private static partial Regex ProjectNames();
}
