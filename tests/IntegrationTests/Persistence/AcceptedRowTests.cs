using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Quotas;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>The row of an accepted deployment is written by hand and read by EF: the two have to agree on every column.</summary>
public sealed class AcceptedRowTests(TestPostgres server) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() =>
        _database = await PlatformDatabase.CreateAsync(server, services => services.AddQuotas());

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Add_WhenEverythingIsSet_IsReadBackAsItWas()
    {
        var origin = new DeploymentOrigin(
            "shop", "acme", "ada", SourceKind.Artifact, new DomainMove("old.example", "shop.example"), "request-1",
            DeploymentId.New(Now.AddDays(-1)))
        {
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        var settings = new DeploymentSettings(TimeSpan.FromSeconds(90), Debug: true, Force: true, MaxAttempts: 7, Priority: 9)
        {
            TimeoutShortened = true,
        };
        var deployment = Deployment.Accept(DeploymentId.New(Now), origin, settings, Now);
        deployment.UseArtifact(new string('a', 64), size: 12345).IsError.Should().BeFalse();

        var read = await AddAndReadAsync(deployment);

        read.Should().BeEquivalentTo(deployment, options => options.Excluding(aggregate => aggregate.Events));
    }

    [Fact]
    public async Task Add_WhenOnlyWhatMustBeIsSet_IsReadBackAsItWas()
    {
        var origin = new DeploymentOrigin("shop", "acme", "ada", SourceKind.Project);
        var deployment = Deployment.Accept(DeploymentId.New(Now), origin, new DeploymentSettings(TimeSpan.FromMinutes(10)), Now);

        var read = await AddAndReadAsync(deployment);

        read.Should().BeEquivalentTo(deployment, options => options.Excluding(aggregate => aggregate.Events));
    }

    [Fact]
    public async Task Begin_AfterATransactionThatWasGivenUp_SendsNothingOfIt()
    {
        var given = DeploymentId.New(Now);
        await using var scope = _database.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using (await work.BeginAsync(TestContext.Current.CancellationToken)) Add(scope, given);

        await using (await work.BeginAsync(TestContext.Current.CancellationToken))
            await work.CommitAsync(TestContext.Current.CancellationToken);

        (await _database.AskAsync<long>("SELECT count(*) FROM deploy.deployments WHERE id = $1", given.Value)).Should().Be(0);
    }

    [Fact]
    public async Task Commit_WhenTheProjectHasAnActiveDeployment_IsRefusedByTheTable()
    {
        await using var first = _database.Services.CreateAsyncScope();
        await CommitAsync(first, () => Add(first, DeploymentId.New(Now)));
        await using var second = _database.Services.CreateAsyncScope();

        var both = () => CommitAsync(second, () => Add(second, DeploymentId.New(Now)));

        await both.Should().ThrowAsync<ConcurrentChangeException>();
    }

    private async Task<Deployment> AddAndReadAsync(Deployment deployment)
    {
        await using (var scope = _database.Services.CreateAsyncScope())
            await CommitAsync(scope, () => scope.ServiceProvider.GetRequiredService<IDeploymentRepository>().Add(deployment));
        await using var other = _database.Services.CreateAsyncScope();
        return await other.ServiceProvider.GetRequiredService<LibraDbContext>().Deployments
            .SingleAsync(read => read.Id == deployment.Id, TestContext.Current.CancellationToken);
    }

    private static void Add(AsyncServiceScope scope, DeploymentId id) =>
        scope.ServiceProvider.GetRequiredService<IDeploymentRepository>().Add(Deployment.Accept(
            id, new DeploymentOrigin("shop", "acme", "ada", SourceKind.Project), new DeploymentSettings(TimeSpan.FromMinutes(10)), Now));

    private static async Task CommitAsync(AsyncServiceScope scope, Action change)
    {
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        await using var transaction = await work.BeginAsync(TestContext.Current.CancellationToken);
        change();
        await work.CommitAsync(TestContext.Current.CancellationToken);
    }
}
