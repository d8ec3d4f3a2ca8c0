using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes.Remote;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;
using Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote;

/// <summary>A remote provider as it is registered, against its double.</summary>
internal sealed class RemoteRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private RemoteRig(ProviderDouble provider, Action<IServiceCollection> add)
    {
        Double = provider;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.ClearProviders());
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(RuntimeLayout.Find());
        add(services);
        _services = services.BuildServiceProvider();
    }

    public ProviderDouble Double { get; }

    public ISandboxProvider Provider => _services.GetRequiredService<ISandboxProvider>();

    /// <param name="lease">How long the double's machines live without being renewed.</param>
    public static async Task<RemoteRig> StartAsync(string provider, TimeSpan? lease = null, string key = ProviderDouble.Key)
    {
        var time = lease ?? TimeSpan.FromMinutes(3);
        if (provider == "e2b")
        {
            var e2b = await ProviderDouble.StartAsync<E2BDouble>();
            return new RemoteRig(e2b, services => services.AddE2BSandboxes(
                new E2BOptions { ApiKey = new ServiceKey(key), ApiUrl = e2b.Address, SandboxUrl = e2b.Address, Lease = time }));
        }

        var daytona = await ProviderDouble.StartAsync<DaytonaDouble>();
        return new RemoteRig(daytona, services => services.AddDaytonaSandboxes(
            new DaytonaOptions { ApiKey = new ServiceKey(key), ApiUrl = new Uri(daytona.Address, "api/"), Lease = time }));
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await Double.DisposeAsync();
    }
}
