using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;
using Libra.Deploy.IntegrationTests.Artifacts;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>The Cloudflare target as it is registered, against a double of Cloudflare, with a clock that does not wait.</summary>
internal sealed class CloudflareRig : IAsyncDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-cloudflare-");
    private readonly ServiceProvider _services;

    private CloudflareRig(CloudflareDouble cloudflare, Func<CloudflareOptions, CloudflareOptions> with, TimeProvider? clock)
    {
        Cloudflare = cloudflare;
        var objects = new FolderObjectStore(new FolderObjectStoreOptions { Root = Path.Combine(_root.FullName, "objects") }, TimeProvider.System);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.ClearProviders());
        services.AddSingleton(clock ?? Clock);
        services.AddSingleton<IObjectStore>(objects);
        services.AddArtifactStore(new ArtifactStoreOptions { CacheFolder = Path.Combine(_root.FullName, "cache") });
        services.AddCloudflareTarget(with(Options(cloudflare.BaseUrl)));
        services.AddSingleton<ICallBudget>(Budget);
        _services = services.BuildServiceProvider();
    }

    public CloudflareDouble Cloudflare { get; }

    public SkippingClock Clock { get; } = new();

    public CountingBudget Budget { get; } = new();

    public IDeployTarget Target => _services.GetRequiredService<IDeployTarget>();

    public ICustomDomains Domains => _services.GetRequiredService<ICustomDomains>();

    public IArtifactStore Artifacts => _services.GetRequiredService<IArtifactStore>();

    public static async Task<CloudflareRig> StartAsync(Func<CloudflareOptions, CloudflareOptions>? with = null, TimeProvider? clock = null) =>
        new(await CloudflareDouble.StartAsync(), with ?? (options => options), clock);

    public static CloudflareOptions Options(Uri api) => new()
    {
        AccountId = CloudflareDouble.AccountId,
        ApiToken = new ServiceKey(CloudflareDouble.Token),
        ZoneId = CloudflareDouble.ZoneId,
        ApiBaseUrl = api,
        DispatcherUrl = new Uri("http://localhost"),
        CallTimeout = TimeSpan.FromHours(2),
        InteractiveTimeout = TimeSpan.FromHours(2),
        UploadTimeout = TimeSpan.FromHours(2),
    };

    public async Task<string> SaveAsync(BuildTar build)
    {
        var saved = await Artifacts.SaveBuildResultAsync(build.Build(), default);
        saved.IsError.Should().BeFalse(saved.IsError ? saved.FirstError.Description : "");
        return saved.Value.Digest;
    }

    public async Task<ErrorOr<Success>> PublishAsync(BuildTar build, string project = "shop") => await PublishAsync(await SaveAsync(build), project);

    public async Task<ErrorOr<Success>> PublishAsync(string digest, string project = "shop")
    {
        await using var artifact = await Artifacts.OpenAsync(digest, default);
        return await Target.PublishAsync(RequestFor(artifact!, project), default);
    }

    /// <summary>What the double has live under a project's name.</summary>
    public ReceivedScript Live(string project = "shop") => Cloudflare.Scripts[WorkerName.For(project).Value];

    public static PublishRequest RequestFor(IArtifact artifact, string project) =>
        new(WorkerName.For(project), DeploymentId.New(DateTimeOffset.UnixEpoch.AddYears(56)), project, "org_1", null, artifact);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Cloudflare.DisposeAsync();
        _root.Delete(recursive: true);
    }
}

/// <summary>A budget that always has room and counts.</summary>
internal sealed class CountingBudget : ICallBudget
{
    private int _taken;

    public int Taken => _taken;

    public TimeSpan? Paused { get; private set; }

    public Task<ErrorOr<Success>> TakeAsync(bool interactive, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _taken);
        return Task.FromResult<ErrorOr<Success>>(Result.Success);
    }

    public Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        Paused = pause;
        return Task.CompletedTask;
    }
}
