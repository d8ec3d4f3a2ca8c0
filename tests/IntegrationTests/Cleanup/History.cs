using System.Text;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Cleanup;
using Libra.Deploy.Infrastructure.Idempotency;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.RateLimits;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>A past of deployments with real rows, logs and artifacts, and the command that cleans it up.</summary>
internal sealed class History : IAsyncDisposable
{
    private readonly PlatformDatabase _database;
    private readonly DirectoryInfo _data;
    private readonly S3ObjectStoreOptions? _s3;

    private History(PlatformDatabase database, DirectoryInfo data, S3ObjectStoreOptions? s3) =>
        (_database, _data, _s3) = (database, data, s3);

    public IArtifactStore Artifacts => _database.Services.GetRequiredService<IArtifactStore>();

    private IDeploymentLog Logs => _database.Services.GetRequiredService<IDeploymentLog>();

    /// <param name="s3">Null for objects in a folder.</param>
    public static async Task<History> BeginAsync(
        TestPostgres server, S3ObjectStoreOptions? s3 = null, TimeSpan artifactGrace = default, long sourceBytes = long.MaxValue, TimeSpan orphanGrace = default)
    {
        var data = Directory.CreateTempSubdirectory("libra-history-");
        var database = await PlatformDatabase.CreateAsync(
            server,
            services =>
            {
                AddParts(services, data.FullName, StoreIn(data.FullName, s3), artifactGrace);
                services.Configure<CleanupOptions>(options => (options.SourceBytesPerOrganization, options.OrphanGrace) = (sourceBytes, orphanGrace));
            });
        return new History(database, data, s3);
    }

    /// <summary>The objects of a history in a folder, or on an S3 server.</summary>
    public static IObjectStore StoreIn(string data, S3ObjectStoreOptions? s3) => s3 is not null
        ? new S3ObjectStore(s3, TimeProvider.System)
        : new FolderObjectStore(new FolderObjectStoreOptions { Root = Path.Combine(data, "objects") }, TimeProvider.System);

    /// <summary>What a cleanup needs beside the database.</summary>
    public static void AddParts(IServiceCollection services, string data, IObjectStore store, TimeSpan artifactGrace)
    {
        services.AddSingleton(store);
        services.AddDeploymentLogs(new DeploymentLogOptions(), []);
        services.AddArtifactStore(new ArtifactStoreOptions { CacheFolder = Path.Combine(data, "cache") });
        services.AddIdempotency().AddRateLimits().AddCleanup(worker: false);
        services.Configure<CleanupOptions>(options => (options.ArtifactGrace, options.OrphanGrace) = (artifactGrace, TimeSpan.Zero));
    }

    /// <summary>
    /// Adds a deployment that ended some days ago with one line of log, and an artifact made of the page, in the order in which workers do.
    /// </summary>
    public async Task<string> AddAsync(string project, int daysAgo, string? page = null, string status = "completed")
    {
        var at = TimeProvider.System.GetUtcNow() - TimeSpan.FromDays(daysAgo);
        var id = await BeginDeploymentAsync(project, at);
        await using (var log = await Logs.OpenAsync(SubjectOf(id, project), 1, 1, begun: false, TestContext.Current.CancellationToken))
            log.Write(LogLevel.Info, null, $"log of {id}");
        if (page is not null) await SaveAsync(id, page);
        await _database.ExecuteAsync(
            "UPDATE deploy.deployments SET status = $2, completed_at = CASE WHEN $2 = 'building' THEN NULL ELSE $3 END, lease_token = NULL, lease_owner = NULL, lease_expires_at = NULL WHERE id = $1",
            id, status, at);
        return id;
    }

    /// <summary>Adds a deployment that a worker holds.</summary>
    public async Task<string> BeginDeploymentAsync(string project, DateTimeOffset at)
    {
        var id = DeploymentId.New(TimeProvider.System.GetUtcNow()).Value;
        await _database.ExecuteAsync(
            "INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ($1, $1, 'static', 'user', 'org') ON CONFLICT DO NOTHING", project);
        await _database.ExecuteAsync(
            """
            INSERT INTO deploy.deployments (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, started_at,
                fencing_token, lease_owner, lease_token, lease_expires_at, artifact_reused,
                settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
            VALUES ($1, $2, 'org', 'user', 'Project', 'building', 70, 1, 0, $3, $3, $3, 1, 'worker', 1, now() + interval '1 hour', false, false, false, 4, 5, interval '10 minutes')
            """,
            id, project, at);
        return id;
    }

    /// <summary>Copies a deployment's row, each an hour older than the one before.</summary>
    /// <param name="projects">Over how many new projects; 0 leaves them in its own.</param>
    public async Task MultiplyAsync(string id, int from, int count, int projects)
    {
        if (projects > 0)
            await _database.ExecuteAsync(
                "INSERT INTO public.project (id, name, template_type, user_id, organization_id) SELECT 'p' || n, 'x', 'static', 'user', 'org' FROM generate_series(0, $1 - 1) n ON CONFLICT DO NOTHING",
                projects);
        await _database.ExecuteAsync(
            $"""
            INSERT INTO deploy.deployments ({DeploymentColumns.Written}) SELECT {DeploymentColumns.Written} FROM (
            SELECT (jsonb_populate_record(d, jsonb_build_object(
                'id', 'deploy_' || (1700000000000 + n) || '_' || lpad(n::text, 9, '0'),
                'created_at', d.created_at - n * interval '1 second',
                'project_id', CASE WHEN $4 > 0 THEN 'p' || (n % $4) ELSE d.project_id END))).*
            FROM deploy.deployments d, generate_series($2 + 1, $2 + $3) n WHERE d.id = $1) copy
            """,
            id, from, count, projects);
    }

    /// <summary>Stores an artifact made of the page as the deployment's worker would.</summary>
    public async Task SaveAsync(string id, string page)
    {
        var site = new StaticSite([("index.html", Encoding.UTF8.GetBytes(page))], new AssetsSettings());
        var saved = await Artifacts.SaveStaticFilesAsync(
            site, TestContext.Current.CancellationToken, (artifact, _) => ClaimAsync(id, artifact));
        saved.IsError.Should().BeFalse();
    }

    /// <summary>Finishes when somebody waits for an artifact's lock.</summary>
    public Task SomebodyWaitsForAnArtifactAsync() => Eventually.BecomesTrueAsync(
        async () => await _database.AskAsync<long>("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") > 0,
        TimeSpan.FromSeconds(30),
        "the lock is taken");

    public async Task<ErrorOr<CleanupReport>> CleanAsync(
        int olderThanDays = 30, int keep = 0, bool dryRun = false, CancellationToken? cancellationToken = null)
    {
        await using var scope = _database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(
            new CleanupDeploymentsCommand(OrganizationFilter.All, olderThanDays, keep, dryRun),
            cancellationToken ?? TestContext.Current.CancellationToken);
    }

    public async Task<bool> HasAsync(string id) =>
        await _database.AskAsync<long>("SELECT count(*) FROM deploy.deployments WHERE id = $1", id) == 1;

    public Task<long> CountAsync() => _database.AskAsync<long>("SELECT count(*) FROM deploy.deployments");

    public async Task<bool> HasLogAsync(string id, string project) =>
        (await Logs.MeasureAsync(SubjectOf(id, project), TestContext.Current.CancellationToken)).Objects > 0;

    /// <summary>Every object of a bucket.</summary>
    public async Task<List<string>> KeysAsync(ObjectBucket bucket) =>
        await _database.Services.GetRequiredService<IObjectStore>().ListAsync(bucket, string.Empty, TestContext.Current.CancellationToken)
            .Select(item => item.Key).ToListAsync(TestContext.Current.CancellationToken);

    /// <summary>The values of a query's only column.</summary>
    public async Task<List<string>> ListAsync(string sql)
    {
        await using var command = _database.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken)) values.Add(rows.GetString(0));
        return values;
    }

    /// <summary>Writes an object as a worker that stood still for a long time would.</summary>
    public async Task PutAsync(string key)
    {
        using var content = new MemoryStream([1, 2, 3]);
        await _database.Services.GetRequiredService<IObjectStore>()
            .PutAsync(ObjectBucket.Logs, key, content, "text/plain", TestContext.Current.CancellationToken);
    }

    /// <summary>Cleans up in a process of its own, which is killed before one of its removals; false when it ended before that.</summary>
    public Task<bool> CleanAndKillAsync(int before) => CleanupProcess.KillAsync(_database.ConnectionString, _data.FullName, _s3, before);

    /// <summary>Packed artifacts that are stored.</summary>
    public async Task<int> CountArtifactsAsync() =>
        (await KeysAsync(ObjectBucket.Artifacts)).Count(key => key.EndsWith(".tar.gz", StringComparison.Ordinal));

    /// <summary>Has a deployment wait among the dead letters.</summary>
    public Task AddDeadLetterAsync(string id) => _database.ExecuteAsync(
        """
        INSERT INTO deploy.dead_letters (id, deployment_id, project_id, organization_id, reason, original_queue, final_error, total_retries, retry_history, message, created_at)
        VALUES (gen_random_uuid(), $1, 'p', 'org', 'max_retries_exceeded', 'deployment-queue', 'x', 3, '[]', '{}', now())
        """,
        id);

    /// <summary>Adds a source that came with a deployment's request.</summary>
    public Task AddSourceAsync(string id, int bytes) => _database.ExecuteAsync(
        "INSERT INTO deploy.deployment_sources (deployment_id, init_files) VALUES ($1, $2)", id, new byte[bytes]);

    public async Task<bool> HasSourceAsync(string id) =>
        await _database.AskAsync<long>("SELECT count(*) FROM deploy.deployment_sources WHERE deployment_id = $1", id) == 1;

    public Task ExecuteAsync(string sql, params object[] parameters) => _database.ExecuteAsync(sql, parameters);

    public IExpiredDeployments Expired => _database.Services.GetRequiredService<IExpiredDeployments>();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private async Task<ErrorOr<Success>> ClaimAsync(string id, ArtifactReference artifact)
    {
        await using var scope = _database.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(TestContext.Current.CancellationToken);
        var deployment = await scope.ServiceProvider.GetRequiredService<IDeploymentRepository>()
            .FindForUpdateAsync(DeploymentId.Parse(id), TestContext.Current.CancellationToken);
        var recorded = deployment!.RecordArtifact(token: 1, artifact.Digest, artifact.Size, reused: false);
        if (!recorded.IsError) await work.CommitAsync(TestContext.Current.CancellationToken);
        return recorded;
    }

    private static LogSubject SubjectOf(string id, string project) => new(DeploymentId.Parse(id), "org", project);
}
