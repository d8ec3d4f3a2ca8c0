using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote;

/// <summary>A remote provider against its double.</summary>
public abstract class RemoteConformance(string provider) : SandboxConformance, IAsyncLifetime
{
    private RemoteRig _rig = null!;

    protected override ISandboxProvider Provider => _rig.Provider;

    public async ValueTask InitializeAsync() => _rig = await RemoteRig.StartAsync(provider);

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    protected override Task IsGoneAsync(string id)
    {
        _rig.Double.Machines[id].IsGone.Should().BeTrue();
        return Task.CompletedTask;
    }
}

public sealed class E2BConformanceTests() : RemoteConformance("e2b");

public sealed class DaytonaConformanceTests() : RemoteConformance("daytona");
