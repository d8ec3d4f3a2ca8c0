using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>Compares what the service did with what it promised. Every broken promise is a sentence.</summary>
internal sealed partial class Verdict(Cluster cluster, Load load, Books books)
{
    private const string Mark = "up to a second of its output may be missing here";

    private const double LongestTakeover = 30;

    private readonly List<string> _broken = [];

    public IReadOnlyList<string> Broken => _broken;

    public int LogLines { get; private set; }

    /// <summary>Places in logs that say that a worker died there.</summary>
    public int LogMarks { get; private set; }

    public IReadOnlyList<Takeover> Takeovers { get; private set; } = [];

    /// <summary>Those that took longer than is promised for a machine that is not overloaded.</summary>
    public IEnumerable<string> LateTakeovers => Takeovers.Where(takeover => takeover.SinceLastDeath > LongestTakeover)
        .Select(late => $"{late.Deployment} waited {late.SinceLastDeath:0.0} s for another worker");

    /// <summary>Everything that is written down; the nodes still run.</summary>
    public async Task CheckAsync()
    {
        await CheckEndsAsync();
        await CheckChargesAsync();
        CheckVersions();
        foreach (var broken in await books.StaleWritesAsync()) _broken.Add($"Fence: {broken}");
        foreach (var broken in await books.BackwardMovesAsync()) _broken.Add($"Order: {broken}");
        var fewAtOnce = new ParallelOptions { MaxDegreeOfParallelism = 4 };
        await Parallel.ForEachAsync(load.Accepted, fewAtOnce, async (accepted, _) => await CheckLogAsync(accepted));

        Takeovers = await books.TakeoversAsync();
    }

    /// <summary>What is left when every node has stopped.</summary>
    public void CheckProcesses()
    {
        foreach (var process in Sandboxes.HostProcesses.With(cluster.Workspace.Root)) _broken.Add($"Orphan: process {process} still runs");
    }

    private async Task CheckEndsAsync()
    {
        foreach (var row in await books.TextsAsync(
            """
            SELECT id || ' ' || project_id || ' ' || status || ' ' || coalesce(failure ->> 'Code', '') || ' ' || interruptions || ' deaths'
            FROM deploy.deployments
            """))
        {
            var parts = row.Split(' ');
            if (parts[2] != ProjectKinds.EndOf(ProjectKinds.Of(parts[1]))) _broken.Add($"End: {row}");
        }

        var stored = await books.TextsAsync("SELECT id FROM deploy.deployments");
        foreach (var lost in load.Accepted.Select(accepted => accepted.Id).Except(stored))
            _broken.Add($"Lost: {lost} was accepted and is gone");
        foreach (var extra in stored.Except(load.Accepted.Select(accepted => accepted.Id)))
            _broken.Add($"Doubled: {extra} was started and nobody was told");
        foreach (var unsteady in await books.TextsAsync(
            """
            SELECT p.id || ' is ' || p.deployment_status || ' after ' || d.status FROM public.project p
            JOIN LATERAL (SELECT status FROM deploy.deployments d WHERE d.project_id = p.id ORDER BY created_at DESC LIMIT 1) d ON true
            WHERE p.deployment_status <> CASE d.status WHEN 'completed' THEN 'deployed' ELSE d.status END
            """)) _broken.Add($"Project: {unsteady}");
        foreach (var wrong in await books.TextsAsync(
            """
            SELECT d.id || ' has ' || count(l.id) || ' dead letters' FROM deploy.deployments d LEFT JOIN deploy.dead_letters l ON l.deployment_id = d.id
            GROUP BY d.id, d.project_id HAVING count(l.id) <> CASE WHEN d.project_id LIKE 'down-%' THEN 1 ELSE 0 END
            """)) _broken.Add($"Dead letters: {wrong}");
    }

    private async Task CheckChargesAsync()
    {
        foreach (var wrong in await books.TextsAsync(
            """
            SELECT d.id || ' has ' || count(c.deployment_id) || ' charges, ' || count(c.refunded_at) || ' given back'
            FROM deploy.deployments d LEFT JOIN deploy.quota_charges c ON c.deployment_id = d.id GROUP BY d.id, d.project_id
            HAVING count(c.deployment_id) <> 1 OR count(c.refunded_at) <> CASE WHEN d.project_id LIKE 'down-%' THEN 1 ELSE 0 END
            """)) _broken.Add($"Charge: {wrong}");
        foreach (var wrong in await books.TextsAsync(
            """
            SELECT s.organization_id || ' has ' || s.deploy_limit || ' left and ' || count(c.deployment_id) || ' charges'
            FROM public.subscription_limit s LEFT JOIN deploy.quota_charges c ON c.plan_id = s.id AND c.refunded_at IS NULL
            GROUP BY s.id, s.organization_id, s.deploy_limit HAVING s.deploy_limit + count(c.deployment_id) <> 10000
            """)) _broken.Add($"Quota: {wrong}");
    }

    private void CheckVersions()
    {
        foreach (var project in load.Accepted.GroupBy(accepted => accepted.ProjectId))
        {
            var expected = ProjectKinds.EndOf(ProjectKinds.Of(project.Key)) == "completed" ? project.Select(accepted => accepted.Id) : [];
            var made = cluster.Workspace.Read(LedgerTarget.VersionsOf(WorkerName.For(project.Key).Value))
                .Select(line => line.Split(' ')[0]);
            if (!made.SequenceEqual(expected))
                _broken.Add($"Versions: {project.Key} has {string.Join(", ", made)} and should have {string.Join(", ", expected)}");
        }
    }

    private async Task CheckLogAsync(Accepted accepted)
    {
        var lines = await ReadLogAsync(accepted.Id);
        var printed = lines.Select(line => Line().Match(line.Message)).Where(match => match.Success)
            .Select(match => match.Value).ToHashSet();
        var marks = lines.Count(line => line.Message.Contains(Mark, StringComparison.Ordinal));
        var missing = cluster.Workspace.Read(MixedSandboxes.RunsOf(accepted.Id))
            .SelectMany(run => Enumerable.Range(1, MixedSandboxes.Lines).Select(number => $"run {run} line {number}"))
            .Count(line => !printed.Contains(line));
        lock (_broken)
        {
            (LogLines, LogMarks) = (LogLines + lines.Count, LogMarks + marks);
            if (lines.Where((line, index) => line.Seq != index + 1).Any()) _broken.Add($"Log: {accepted.Id} has holes in its numbers");
            if (missing > 0 && marks == 0) _broken.Add($"Log: {accepted.Id} lacks {missing} lines and does not say so");
            if (lines.Count == 0) _broken.Add($"Log: {accepted.Id} has none");
        }
    }

    private async Task<IReadOnlyList<(long Seq, string Message)>> ReadLogAsync(string id)
    {
        var lines = new List<(long, string)>();
        for (long? cursor = null; ;)
        {
            var page = await cluster.Client.GetFromJsonAsync<JsonNode>(
                $"/deploy/{id}/logs?limit=1000{(cursor is null ? "" : $"&cursor={cursor}")}");
            lines.AddRange(
                page!["entries"]!.AsArray().Select(entry => (entry!["seq"]!.GetValue<long>(), entry["message"]!.GetValue<string>())));
            cursor = page["nextCursor"]?.GetValue<long>();
            if (cursor is null || page["entries"]!.AsArray().Count == 0) return lines;
        }
    }

    [GeneratedRegex("run [0-9a-f]{8} line [0-9]+")]
    private static partial Regex Line();
}
