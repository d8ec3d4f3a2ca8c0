using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>bubblewrap on this machine.</summary>
public sealed class BubblewrapConformanceTests(SandboxFixture fixture) : SandboxConformance
{
    protected override ISandboxProvider Provider => fixture.Provider;

    protected override Task IsGoneAsync(string id)
    {
        fixture.FoldersOf(id).Should().BeEmpty();
        return Task.CompletedTask;
    }
}
