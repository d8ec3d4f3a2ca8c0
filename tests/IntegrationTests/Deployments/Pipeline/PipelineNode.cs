using ErrorOr;
using Libra.Deploy.Application;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Idempotency;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Projects;
using Libra.Deploy.Infrastructure.Quotas;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Webhooks;
using Libra.Deploy.IntegrationTests.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>
/// A worker whose clock stands still until a test moves it: the real use cases, pipeline, database, logs and artifacts, with a
/// scripted sandbox and target. Several can share one database.
/// </summary>
internal sealed class PipelineNode : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly DirectoryInfo _cache = Directory.CreateTempSubdirectory("libra-node-");

    private PipelineNode(string name, string connectionString, string objects, DateTimeOffset now)
    {
        Name = name;
        Clock = new FakeTimeProvider(now);
        Store = new BreakableStore(new FolderObjectStore(new FolderObjectStoreOptions { Root = objects }, TimeProvider.System));
        _services = Compose(connectionString);
    }

    public string Name { get; }

    public FakeTimeProvider Clock { get; }

    public BreakableStore Store { get; }

    public ScriptedTarget Target { get; } = new();

    public ScriptedSandboxes Sandboxes { get; } = new();

    public ScriptedCustomDomains Domains { get; } = new();

    /// <summary>Starts a node and brings the database up to date.</summary>
    /// <param name="objects">Folder of the object store that nodes of one database share.</param>
    public static async Task<PipelineNode> StartAsync(string name, string connectionString, string objects, DateTimeOffset now)
    {
        var node = new PipelineNode(name, connectionString, objects, now);
        await node._services.GetRequiredService<DatabaseSetup>().RunAsync(TestContext.Current.CancellationToken);
        return node;
    }

    /// <summary>Accepts a deployment of files that need a build, for a new project of a new organization.</summary>
    public async Task<DeploymentId> AcceptAsync(string? initFiles = null, string? customDomain = null)
    {
        var suffix = Guid.NewGuid().ToString("N")[..12];
        await ExecuteAsync(
            "INSERT INTO public.project (id, name, template_type, user_id, organization_id) VALUES ($1, 'Test', 'static', 'u', $2)",
            $"p-{suffix}", $"org-{suffix}");
        await ExecuteAsync(
            """
            INSERT INTO public.subscription_limit
                (id, organization_id, plan_name, plan_id, ai_nums, enhance_nums, upload_limit, deploy_limit, period_start, period_end)
            VALUES ($1, $2, 'FREE', 'free', 10, 10, 10, 10, now(), now() + interval '1 month')
            """,
            $"limit-{suffix}", $"org-{suffix}");
        var command = new CreateDeploymentCommand($"p-{suffix}", $"org-{suffix}", "u")
        {
            Source = new RequestSource(initFiles ?? BuiltProject, null),
            CustomDomain = customDomain,
        };
        return (await SendAsync(command)).Value.Id;
    }

    /// <summary>One turn of this worker on a deployment.</summary>
    /// <param name="stopping">The node shuts down.</param>
    public async Task<AttemptResult> RunAsync(DeploymentId id, CancellationToken stopping = default)
    {
        await using var scope = Scope();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();
        return (await mediator.Send(new RunDeploymentCommand(id, Name, CancellationToken.None), stopping)).Value;
    }

    /// <summary>What a target does that never ends: lets time pass at once, and then goes on as a clock does, until it is cancelled.</summary>
    public async Task<ErrorOr<Success>> NeverEndAsync(TimeSpan passing, CancellationToken cancellationToken)
    {
        Clock.Advance(passing);
        // Whoever was about to set a timer sets it from the new time: on a clock that stands still it would never ring.
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (; ; Clock.Advance(ticks.Period)) await ticks.WaitForNextTickAsync(cancellationToken);
    }

    /// <summary>How a deployment stands, as stored.</summary>
    public async Task<DeploymentView> ViewAsync(DeploymentId id)
    {
        await using var scope = Scope();
        return (await scope.ServiceProvider.GetRequiredService<IDeploymentQueries>().FindAsync(id, TestContext.Current.CancellationToken))!;
    }

    /// <summary>What its log says, line by line.</summary>
    public async Task<IReadOnlyList<string>> LogOfAsync(DeploymentId id)
    {
        var view = await ViewAsync(id);
        var log = await _services.GetRequiredService<IDeploymentLog>().ReadAsync(
            new LogSubject(id, view.OrganizationId, view.ProjectId), new LogQuery(Cursor: null, Limit: 1000),
            TestContext.Current.CancellationToken);
        return [.. log.Entries.Select(line => line.Message)];
    }

    /// <summary>The dead letters of a deployment.</summary>
    public async Task<IReadOnlyList<DeadLetter>> DeadLettersAsync(DeploymentId id)
    {
        var page = await SendAsync(new ListDeadLettersQuery(OrganizationFilter.All, new DeadLetterFilter(null, 100)));
        return [.. page.Value.Letters.Where(letter => letter.DeploymentId == id)];
    }

    /// <summary>For a test of a part that no use case shows by itself.</summary>
    public AsyncServiceScope Scope() => _services.CreateAsyncScope();

    public async Task<ErrorOr<T>> SendAsync<T>(IRequest<ErrorOr<T>> request)
    {
        await using var scope = Scope();
        return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Sends what its sender has to save.</summary>
    public static async Task<ErrorOr<T>> SaveAsync<T>(AsyncServiceScope scope, IRequest<ErrorOr<T>> request)
    {
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(TestContext.Current.CancellationToken);
        var answer = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(request, TestContext.Current.CancellationToken);
        if (!answer.IsError) await work.CommitAsync(TestContext.Current.CancellationToken);
        return answer;
    }

    public async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public async Task<T> AskAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _cache.Delete(recursive: true);
    }

    private const string BuiltProject =
        """[{"path":"package.json","content":"{\"name\":\"x\",\"scripts\":{\"build\":\"true\"}}"},{"path":"index.html","content":"x"}]""";

    private ServiceProvider Compose(string connectionString)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(Clock).AddApplication();
        services.AddPersistence(connectionString);
        services.AddQuotas().AddIdempotency().AddSingleton<IDeploymentQueue, SilentQueue>();
        services.AddScoped<IDeadLetterRepository, DeadLetterRepository>().AddScoped<IDeadLetterQueries, DeadLetterQueries>();
        services.AddSingleton<IObjectStore>(Store);
        services.AddDeploymentLogs(new DeploymentLogOptions(), secrets: []);
        services.AddArtifactStore(new ArtifactStoreOptions { CacheFolder = _cache.FullName });
        services.AddProjectTemplates(RuntimeLayout.Find().Templates);
        services.AddSingleton(new SourceLimits()).AddSingleton(new BuildToolchain("test"));
        services.AddSingleton<IDeployTarget>(Target).AddSingleton<ISandboxProvider>(Sandboxes)
            .AddSingleton<ICustomDomains>(Domains);
        services.AddWebhooks(worker: false);
        return services.BuildServiceProvider();
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = _services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}
