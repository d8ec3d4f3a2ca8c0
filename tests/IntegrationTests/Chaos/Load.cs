using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>
/// Clients that deploy their projects again and again, one after the other as a project allows, and repeat a request whose answer
/// they did not get. They know what they were promised: every id that came with a 200.
/// </summary>
internal sealed class Load(Cluster cluster, int projects, int rounds)
{
    private const int Organizations = 10;
    private const int ProjectsAtOnce = 40;
    private const int Quota = 10_000;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly List<Accepted> _accepted = [];
    private int _finished;

    /// <summary>How many there are at least.</summary>
    public int Total => projects * rounds;

    /// <summary>Deployments that have ended so far.</summary>
    public int Finished => Volatile.Read(ref _finished);

    /// <summary>Every deployment that the service has accepted, in the order of each project.</summary>
    public IReadOnlyList<Accepted> Accepted => _accepted;

    /// <summary>Makes the projects and their organizations, as the platform would.</summary>
    public async Task PrepareAsync()
    {
        for (var organization = 0; organization < Organizations; organization++)
        {
            await ExecuteAsync(
                $"""
                 INSERT INTO public.subscription_limit
                     (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
                 VALUES ($1, $2, 'FREE', 'free', 10, 10, 10, {Quota.ToString(CultureInfo.InvariantCulture)}, now(), now() + interval '1 month')
                 """,
                $"limit-{organization}", OrganizationOf(organization));
        }

        for (var project = 0; project < projects; project++)
            await ExecuteAsync(
                "INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ($1, 'Chaos', 'static', 'u', $2)",
                ProjectKinds.IdOf(project), OrganizationOf(project));
    }

    /// <summary>Runs every round of every project, and more as long as something still happens, until all deployments have ended.</summary>
    public async Task RunAsync(Task happening, CancellationToken cancellationToken)
    {
        var atOnce = new ParallelOptions { MaxDegreeOfParallelism = ProjectsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, projects, atOnce, async (project, stopped) =>
        {
            for (var round = 1; round <= rounds; round++) await DeployAsync(project, round, stopped);
        });
        await Parallel.ForAsync(0, Math.Min(projects, ProjectsAtOnce), atOnce, async (project, stopped) =>
        {
            for (var round = rounds + 1; !happening.IsCompleted; round++) await DeployAsync(project, round, stopped);
        });
    }

    private static string OrganizationOf(int project) => $"org-{project % Organizations}";

    private async Task DeployAsync(int number, int round, CancellationToken cancellationToken)
    {
        var project = ProjectKinds.IdOf(number);
        var id = await AcceptAsync(project, OrganizationOf(number), round, cancellationToken);
        lock (_accepted) _accepted.Add(new Accepted(id, project, OrganizationOf(number)));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        using var timer = new PeriodicTimer(Look);
        while (await StatusAsync(id, limit.Token) is not ("completed" or "failed" or "cancelled"))
            await timer.WaitForNextTickAsync(limit.Token);
        Interlocked.Increment(ref _finished);
    }

    private async Task<string> AcceptAsync(string project, string organization, int round, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Look);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/deploy");
            request.Content = JsonContent.Create(Body(project, organization, round));
            request.Headers.Add("Idempotency-Key", $"{project}-{round}"); // sent again when the answer got lost, and it counts once
            if (await TryAsync(request, cancellationToken) is { } answer) return answer["deploymentId"]!.GetValue<string>();
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private async Task<string?> StatusAsync(string id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/deploy/{id}/status");
        return (await TryAsync(request, cancellationToken))?["status"]?.GetValue<string>();
    }

    /// <returns>Null when the service was away or in trouble; a refusal is a bug and throws.</returns>
    private async Task<JsonNode?> TryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await cluster.Client.SendAsync(request, cancellationToken);
            if ((int)answer.StatusCode >= 500) return null;
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode
                ? JsonNode.Parse(text)
                : throw new InvalidOperationException($"{request.RequestUri}: {(int)answer.StatusCode} {text}");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            return null; // killed, restarting, or its database is away
        }
    }

    private static JsonObject Body(string project, string organization, int round)
    {
        var build = ProjectKinds.Of(project) == ProjectKind.Real ? "sleep 1 && mkdir -p dist && cp index.html dist/" : "scripted";
        var manifest = new JsonObject { ["name"] = "x", ["scripts"] = new JsonObject { ["build"] = build } };
        return new JsonObject
        {
            ["projectId"] = project,
            ["orgId"] = organization,
            ["userId"] = "u",
            ["initFiles"] = new JsonArray(
                new JsonObject { ["path"] = "package.json", ["content"] = manifest.ToJsonString() },
                new JsonObject { ["path"] = "index.html", ["content"] = $"{project} {round}" }),
        };
    }

    private async Task ExecuteAsync(string sql, params string[] parameters)
    {
        await using var command = cluster.Database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A deployment that a client was promised.</summary>
internal sealed record Accepted(string Id, string ProjectId, string OrganizationId);
