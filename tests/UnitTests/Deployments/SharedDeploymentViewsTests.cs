using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Deployments;

/// <summary>Many who follow one deployment ask once.</summary>
public sealed class SharedDeploymentViewsTests
{
    private static readonly DeploymentId Id = DeploymentId.New(DateTimeOffset.UnixEpoch.AddYears(56));

    private readonly CountedQueries _queries = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly SharedDeploymentViews _views;

    public SharedDeploymentViewsTests() => _views = new SharedDeploymentViews(
        new ServiceCollection().AddSingleton<IDeploymentQueries>(_queries).BuildServiceProvider()
            .GetRequiredService<IServiceScopeFactory>(), _clock);

    [Fact]
    public async Task Find_ByManyAtOnce_AsksOnceEachHalfSecond()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => FindAsync()));
        _queries.Asked.Should().Be(1);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => FindAsync()));

        _queries.Asked.Should().Be(2);
    }

    [Fact]
    public async Task FindEnded_ByManyWhoKnowItAsRunning_AsksOnceMoreForAll()
    {
        await FindAsync();
        _queries.Status = DeploymentStatus.Completed;

        var seen = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => _views.FindEndedAsync(Id, CancellationToken.None)));

        seen.Should().OnlyContain(view => view!.Status == DeploymentStatus.Completed);
        _queries.Asked.Should().Be(2);
    }

    [Fact]
    public async Task Find_AfterTheDatabaseWasAway_AsksAgain()
    {
        _queries.Away = true;
        await _views.Invoking(views => views.FindAsync(Id, CancellationToken.None))
            .Should().ThrowAsync<InvalidOperationException>();

        _queries.Away = false;

        (await FindAsync())!.Id.Should().Be(Id);
    }

    private Task<DeploymentView?> FindAsync() => Task.Run(() => _views.FindAsync(Id, CancellationToken.None));

    private sealed class CountedQueries : IDeploymentQueries
    {
        private int _asked;

        public int Asked => _asked;

        public DeploymentStatus Status { get; set; } = DeploymentStatus.Building;

        public bool Away { get; set; }

        public async Task<DeploymentView?> FindAsync(DeploymentId id, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            await Task.Yield();
            if (Away) throw new InvalidOperationException("The database is away.");
            return new DeploymentView
            {
                Id = id,
                ProjectId = "p",
                OrganizationId = "o",
                UserId = "u",
                Status = Status,
                Progress = 70,
                Attempt = 1,
                MaxAttempts = 4,
                Journal = [],
                CreatedAt = default,
            };
        }

        public Task<DeploymentPage> ListAsync(DeploymentFilter filter, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<DeploymentView>> ListActiveAsync(
            IReadOnlyCollection<string>? organizations, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<QueuePlace?> FindPlaceAsync(DeploymentId id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
