using System.Net;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.Infrastructure.Targets.Local;
using Libra.Deploy.Infrastructure.Targets.Local.Edge;
using Libra.Deploy.IntegrationTests.Artifacts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.IntegrationTests.Targets;

/// <summary>A local target with a real workerd and a folder of its own, on a free port.</summary>
internal sealed class LocalSites : IAsyncDisposable
{
    public static readonly RuntimeLayout Runtime = RuntimeLayout.Find();

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-sites-");
    private readonly HttpClient _visitor = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private IHost _host = null!;

    private LocalSites()
    {
    }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public string Root => _root.FullName;

    public IDeployTarget Target => _host.Services.GetRequiredService<IDeployTarget>();

    public IArtifactStore Artifacts => _host.Services.GetRequiredService<IArtifactStore>();

    public int Port => _host.Services.GetRequiredService<EdgeEndpoint>().Port!.Value;

    public static async Task<LocalSites> StartAsync(Func<LocalTargetOptions, LocalTargetOptions>? with = null)
    {
        var sites = new LocalSites();
        await sites.OpenAsync(with ?? (options => options));
        return sites;
    }

    /// <summary>Stops everything and starts anew on the same folder, as a restart of the service does.</summary>
    public async Task RestartAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        await OpenAsync(options => options);
    }

    /// <summary>Starts another service on the same folder and port, which ends when it finds the port taken.</summary>
    public async Task StartBesideAsync(Func<LocalTargetOptions, LocalTargetOptions> with)
    {
        var port = Port;
        var beside = Build(options => with(options) with { EdgePort = port });
        await using var disposed = (IAsyncDisposable)beside;
        await FluentActions.Awaiting(() => beside.StartAsync()).Should().ThrowAsync<InvalidOperationException>().WithMessage("*Port*");
    }

    /// <summary>Stops the service; nothing of it answers any more.</summary>
    public Task StopAsync() => _host.StopAsync();

    /// <summary>The process that serves a worker; null while it sleeps.</summary>
    public SiteInstance? Awake(string project) => _host.Services.GetRequiredService<SiteHost>().Find(HostOf(project))?.Awake;

    /// <summary>Where the site host keeps the files of a live artifact.</summary>
    public string FolderOf(string digest) => Path.Combine(_root.FullName, "local", "artifacts", digest);

    public async Task<string> SaveAsync(BuildTar build)
    {
        var saved = await Artifacts.SaveBuildResultAsync(build.Build(), default);
        saved.IsError.Should().BeFalse(saved.IsError ? saved.FirstError.Description : "");
        return saved.Value.Digest;
    }

    public async Task<ErrorOr<Success>> PublishAsync(string project, BuildTar build, string? domain = null) =>
        await WithAsync(project, await SaveAsync(build), domain, Target.PublishAsync);

    public Task<ErrorOr<Success>> PublishAsync(string project, string digest, string? domain = null) =>
        WithAsync(project, digest, domain, Target.PublishAsync);

    public Task<ErrorOr<Success>> VerifyAsync(string project, string digest) => WithAsync(project, digest, null, Target.VerifyAsync);

    public Task<HttpResponseMessage> GetAsync(string project, string path = "/") => AskAsync(HostOf(project), path);

    public async Task<string> TextAsync(string project, string path = "/")
    {
        using var answer = await GetAsync(project, path);
        return await answer.Content.ReadAsStringAsync();
    }

    /// <summary>Asks the edge for any host; by address, because not every resolver knows names below localhost.</summary>
    public async Task<HttpResponseMessage> AskAsync(string host, string path = "/")
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Get, $"http://{IPAddress.Loopback}:{Port}{path}") { Headers = { Host = host } };
        return await _visitor.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
        _visitor.Dispose();
        _root.Delete(recursive: true);
    }

    private static string HostOf(string project) => $"{WorkerName.For(project)}.localhost";

    private async Task<ErrorOr<Success>> WithAsync(
        string project, string digest, string? domain, Func<PublishRequest, CancellationToken, Task<ErrorOr<Success>>> act)
    {
        await using var artifact = await Artifacts.OpenAsync(digest, default);
        artifact.Should().NotBeNull();
        var custom = domain is null ? null : CustomDomain.FromStorage(domain);
        var request = new PublishRequest(WorkerName.For(project), DeploymentId.New(Clock.GetUtcNow()), project, "org", custom, artifact!);
        return await act(request, default);
    }

    private async Task OpenAsync(Func<LocalTargetOptions, LocalTargetOptions> with)
    {
        _host = Build(with);
        await _host.StartAsync();
    }

    private IHost Build(Func<LocalTargetOptions, LocalTargetOptions> with)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddSingleton<TimeProvider>(Clock);
        var objects = new FolderObjectStoreOptions { Root = Path.Combine(_root.FullName, "objects") };
        builder.Services.AddSingleton<IObjectStore>(new FolderObjectStore(objects, TimeProvider.System));
        builder.Services.AddArtifactStore(new ArtifactStoreOptions { CacheFolder = Path.Combine(_root.FullName, "cache") });
        builder.Services.AddLocalTarget(with(new LocalTargetOptions
        {
            Root = Path.Combine(_root.FullName, "local"),
            WorkerdPath = Runtime.Workerd,
            GuardPath = Runtime.WorkerdGuard,
            EdgeAddress = IPAddress.Loopback,
            EdgePort = 0,
        }));
        return builder.Build();
    }
}
