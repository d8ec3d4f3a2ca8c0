using System.Text;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Deployments.Logs;
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
using LogLevel = Libra.Deploy.Application.Deployments.Logs.LogLevel;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>A past of deployments with real rows, logs and artifacts, and the command that cleans it up.</summary>
internal sealed class History : IAsyncDisposable
{
    private readonly PlatformDatabase _database;
    private readonly DirectoryInfo _data;

    private History(PlatformDatabase database, DirectoryInfo data) => (_database, _data) = (database, data);

    private IArtifactStore Artifacts => _database.Services.GetRequiredService<IArtifactStore>();

    private IDeploymentLog Logs => _database.Services.GetRequiredService<IDeploymentLog>();

    public static async Task<History> BeginAsync(TestPostgres server, TimeSpan artifactGrace = default)
    {
        var data = Directory.CreateTempSubdirectory("libra-history-");
        var database = await PlatformDatabase.CreateAsync(server, services =>
        {
            services.AddFolderObjectStore(new FolderObjectStoreOptions { Root = Path.Combine(data.FullName, "objects") });
            services.AddDeploymentLogs(new DeploymentLogOptions(), []);
            services.AddArtifactStore(new ArtifactStoreOptions { CacheFolder = Path.Combine(data.FullName, "cache") });
            services.AddIdempotency().AddRateLimits().AddCleanup(worker: false);
            services.Configure<CleanupOptions>(options => options.ArtifactGrace = artifactGrace);
        });
        return new History(database, data);
    }

    /// <summary>Adds an ended deployment of some days ago with one line of log, and an artifact made of the page.</summary>
    public async Task<string> AddAsync(string project, int daysAgo, string? page = null, string status = "completed")
    {
        var now = TimeProvider.System.GetUtcNow();
        var (id, at) = (DeploymentId.New(now), now - TimeSpan.FromDays(daysAgo));
        var artifact = page is null ? null : await Artifacts.SaveStaticFilesAsync(
            new StaticSite([("index.html", Encoding.UTF8.GetBytes(page))], new AssetsSettings()), TestContext.Current.CancellationToken) is { IsError: false } saved ? saved.Value : null;
        await _database.ExecuteAsync(
            """
            INSERT INTO deploy.deployments (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, started_at,
                completed_at, fencing_token, artifact_digest, artifact_size, artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
            VALUES ($1, $2, 'org', 'user', 'Project', $3, 100, 1, 0, $4, $4, $4, CASE WHEN $3 = 'building' THEN NULL ELSE $4 END, 1, $5, $6, false, false, false, 4, 5, interval '10 minutes')
            """,
            id.Value, project, status, at, artifact?.Digest ?? (object)DBNull.Value, artifact?.Size ?? (object)DBNull.Value);
        await using (var log = await Logs.OpenAsync(SubjectOf(id.Value, project), 1, 1, TestContext.Current.CancellationToken)) log.Write(LogLevel.Info, null, $"log of {id}");
        return id.Value;
    }

    public async Task<ErrorOr<CleanupReport>> CleanAsync(int olderThanDays = 30, int keep = 0, bool dryRun = false, CancellationToken? cancellationToken = null)
    {
        await using var scope = _database.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(
            new CleanupDeploymentsCommand(OrganizationFilter.All, olderThanDays, keep, dryRun), cancellationToken ?? TestContext.Current.CancellationToken);
    }

    public async Task<bool> HasAsync(string id) => await _database.AskAsync<long>("SELECT count(*) FROM deploy.deployments WHERE id = $1", id) == 1;

    public Task<long> CountAsync() => _database.AskAsync<long>("SELECT count(*) FROM deploy.deployments");

    public async Task<bool> HasLogAsync(string id, string project) =>
        (await Logs.MeasureAsync(SubjectOf(id, project), TestContext.Current.CancellationToken)).Objects > 0;

    /// <summary>Packed artifacts on the disk.</summary>
    public int CountArtifacts() => Directory.EnumerateFiles(_data.FullName, "*.tar.gz", SearchOption.AllDirectories).Count();

    public Task ExecuteAsync(string sql, params object[] parameters) => _database.ExecuteAsync(sql, parameters);

    public IExpiredDeployments Expired => _database.Services.GetRequiredService<IExpiredDeployments>();

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _data.Delete(recursive: true);
    }

    private static LogSubject SubjectOf(string id, string project) => new(DeploymentId.Parse(id), "org", project);
}
