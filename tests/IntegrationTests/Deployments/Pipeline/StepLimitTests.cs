using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>How long a step may take, and who decides that.</summary>
public sealed class StepLimitTests(TestPostgres server) : OneNode(server)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longer = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Run_WhenTheProviderAllowsItselfMoreTime_WaitsForSandboxAndFiles()
    {
        (Node.Sandboxes.CreateTimeout, Node.Sandboxes.WriteTimeout) = (Longer, Longer);

        (await RunSlowlyAsync()).Outcome.Should().Be(AttemptOutcome.Completed);
    }

    [Fact]
    public async Task Run_WhenASandboxTakesLongerThanAnybodyAllows_IsTriedAgain() =>
        (await RunSlowlyAsync()).Outcome.Should().Be(AttemptOutcome.RetryLater);

    private async Task<AttemptResult> RunSlowlyAsync()
    {
        await using var scope = Node.Scope();
        scope.ServiceProvider.GetRequiredService<IOptions<DeploymentOptions>>().Value.StepTimeout = Limit;
        Node.Sandboxes.Meanwhile = () => Node.Clock.Advance(Longer);
        return await Node.RunAsync(await Node.AcceptAsync());
    }
}
