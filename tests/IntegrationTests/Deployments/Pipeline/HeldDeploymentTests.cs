using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>A deployment that is held for one change after the other: read once, and again only when somebody else has saved it.</summary>
public sealed class HeldDeploymentTests(TestPostgres server) : OneNode(server)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(20);

    private DeploymentId _id;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _id = await Node.AcceptAsync();
    }

    [Fact]
    public async Task FindForUpdate_WhenNobodyElseHasSavedIt_GivesWhatWasReadBefore()
    {
        await using var scope = Node.Scope();
        Deployment? claimed = null;
        long token = 0;
        await ChangeAsync(scope, deployment => token = (claimed = deployment).Claim("first", Start, Lease).Value.Token);

        Deployment? again = null;
        await ChangeAsync(scope, deployment => (again = deployment).StartStep(token, DeploymentStep.Validation, Start).IsError.Should().BeFalse());

        again.Should().BeSameAs(claimed);
        (await Node.ViewAsync(_id)).CurrentStep.Should().Be(DeploymentStep.Validation);
    }

    [Fact]
    public async Task FindForUpdate_WhenSomebodyElseHasSavedIt_ReadsItAgain()
    {
        await using var first = Node.Scope();
        await using var second = Node.Scope();
        long stale = 0;
        await ChangeAsync(first, deployment => stale = deployment.Claim("first", Start, Lease).Value.Token);
        await ChangeAsync(second, deployment =>
        {
            var token = deployment.Claim("second", Start + Lease, Lease).Value.Token;
            deployment.StartStep(token, DeploymentStep.Validation, Start + Lease).IsError.Should().BeFalse();
        });

        await ChangeAsync(first, deployment =>
        {
            (deployment.Lease!.Owner, deployment.Interruptions, deployment.CurrentStep).Should().Be(("second", 1, DeploymentStep.Validation));
            deployment.StartStep(stale, DeploymentStep.Validation, Start + Lease).FirstError.Code.Should().Be("LEASE_LOST");
        });
    }

    [Fact]
    public async Task FindForUpdate_WhenALeaseWasRenewedBesideIt_SeesTheNewEnd()
    {
        await using var scope = Node.Scope();
        await ChangeAsync(scope, deployment => deployment.Claim("first", Start, Lease));
        await Node.ExecuteAsync("UPDATE deploy.deployments SET lease_expires_at = $1", Start + (2 * Lease));

        await ChangeAsync(scope, deployment => deployment.Lease!.ExpiresAt.Should().Be(Start + (2 * Lease)));
    }

    private async Task ChangeAsync(AsyncServiceScope scope, Action<Deployment> change)
    {
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(TestContext.Current.CancellationToken);
        var deployment = await scope.ServiceProvider.GetRequiredService<IDeploymentRepository>()
            .FindForUpdateAsync(_id, TestContext.Current.CancellationToken);
        change(deployment!);
        await work.CommitAsync(TestContext.Current.CancellationToken);
    }
}
