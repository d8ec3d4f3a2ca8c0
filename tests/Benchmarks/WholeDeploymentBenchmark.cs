using System.Diagnostics;
using Libra.Deploy.Benchmarks.Machine;
using Libra.Deploy.Infrastructure.Runtime;

namespace Libra.Deploy.Benchmarks;

/// <summary>The React template from request to live, beside the same commands by hand, turn by turn.</summary>
internal static class WholeDeploymentBenchmark
{
    private const int Rounds = 5;
    private const string Project = "whole";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly object[] OtherFiles = [new { path = "index.html", content = "<h1>Another version</h1>" }];

    public static async Task RunAsync()
    {
        await using var cluster = await Cluster.StartAsync();
        await cluster.ExecuteAsync(
            $"""
             INSERT INTO public.project (id, name, template_type, user_id, organization_id)
             VALUES ('{Project}', 'Whole', 'vite', 'user', 'org-0')
             """);
        var node = await cluster.AddNodeAsync(ServiceNode.Argument, "api,worker", []);
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{node.Port}") };
        client.DefaultRequestHeaders.Authorization = new("Bearer", cluster.Token);
        var hand = new ByHand(Path.Combine(cluster.DataFolder, "hand"));

        var first = await DeployAsync(cluster, client, "/deploy", force: true);
        await hand.SameCommandsAsync();
        await hand.UsualCommandsAsync();
        var times = new Dictionary<string, List<double>>();
        for (var round = 0; round < Rounds; round++)
        {
            Note("same commands by hand", await hand.SameCommandsAsync());
            Note("deployment", await DeployAsync(cluster, client, "/deploy", force: true));
            Note("npm install, build, dry run by hand", await hand.UsualCommandsAsync());
            Note("unchanged source", await DeployAsync(cluster, client, "/deploy", force: false));
            await DeployAsync(cluster, client, "/deploy", force: false, OtherFiles); // a rollback leads away from another version
            Note("rollback", await DeployAsync(cluster, client, $"/deploy/{await EarliestAsync(cluster)}/rollback", force: false));
        }

        Table.Head("", "median s", "against the same commands", "against npm install");
        Table.Row("first deployment, dependencies not stored", first, "", "");
        foreach (var (name, seconds) in times)
        {
            var median = Percentiles.Median(seconds);
            Table.Row(
                name, median,
                median / Percentiles.Median(times["same commands by hand"]),
                median / Percentiles.Median(times["npm install, build, dry run by hand"]));
        }

        void Note(string name, double seconds)
        {
            if (!times.TryGetValue(name, out var all)) times[name] = all = [];
            all.Add(seconds);
        }
    }

    private static Task<string> EarliestAsync(Cluster cluster) =>
        cluster.ScalarAsync<string>(
            $"SELECT id FROM deploy.deployments WHERE project_id = '{Project}' AND status = 'completed' ORDER BY created_at LIMIT 1");

    /// <returns>Seconds from the request to the end.</returns>
    private static async Task<double> DeployAsync(Cluster cluster, HttpClient client, string path, bool force, object? initFiles = null)
    {
        var body = new { projectId = Project, orgId = "org-0", userId = "user", initFiles, config = new { force } };
        var watch = Stopwatch.StartNew();
        using var answer = await client.PostAsJsonAsync(path, body);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {await answer.Content.ReadAsStringAsync()}");
        await cluster.UntilAsync(
            $"""
             SELECT NOT EXISTS (
                 SELECT 1 FROM deploy.deployments WHERE project_id = '{Project}' AND status NOT IN ('completed', 'failed'))
             """,
            Patience);
        var seconds = watch.Elapsed.TotalSeconds;
        var status = await cluster.ScalarAsync<string>(
            $"SELECT status FROM deploy.deployments WHERE project_id = '{Project}' ORDER BY created_at DESC LIMIT 1");
        return status == "completed" ? seconds : throw new InvalidOperationException($"The deployment ended as {status}.");
    }

    /// <summary>What somebody would type who has the same programs.</summary>
    private sealed class ByHand(string folder)
    {
        private readonly RuntimeLayout _runtime = RuntimeLayout.Find();

        private string Modules => Path.Combine(_runtime.Root, "node_modules");

        private string Wrangler => $"node {Path.Combine(Modules, "wrangler/bin/wrangler.js")} deploy --dry-run --outdir .out";

        /// <summary>As the sandbox does it: with bun, from its cache.</summary>
        public Task<double> SameCommandsAsync() =>
            RunAsync($"bun install --frozen-lockfile --ignore-scripts && bun run build && {Wrangler}");

        /// <summary>As a tutorial says it.</summary>
        public async Task<double> UsualCommandsAsync()
        {
            var locked = Path.Combine(folder, "..", "package-lock.json");
            if (!File.Exists(locked)) await RunAsync("npm install --package-lock-only --no-audit --no-fund && mv package-lock.json ..");
            // Not `npm ci`, which refuses a lock file whose packages for other machines a registry does not have.
            return await RunAsync($"npm install --no-audit --no-fund && npm run build && {Wrangler}", $"cp {locked} .");
        }

        private async Task<double> RunAsync(string commands, string prepare = ":")
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
            await ShellAsync($"cp -R {Path.Combine(_runtime.Templates, "vite")} {folder} && cd {folder} && {prepare}");
            var watch = Stopwatch.StartNew();
            await ShellAsync($"cd {folder} && {commands}");
            return watch.Elapsed.TotalSeconds;
        }

        private async Task ShellAsync(string line)
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", line]) { RedirectStandardOutput = true, RedirectStandardError = true };
            var bun = Directory.EnumerateDirectories(Path.Combine(Modules, "@oven")).First();
            start.Environment["PATH"] = $"{bun}/bin:{Environment.GetEnvironmentVariable("PATH")}";
            start.Environment["BUN_INSTALL_CACHE_DIR"] = folder + "-cache";
            start.Environment["WRANGLER_SEND_METRICS"] = "false";
            start.Environment["CI"] = "1";
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode != 0) throw new InvalidOperationException($"'{line}' failed: {output}{await errors}");
        }
    }
}
