using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Infrastructure.RateLimits;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.RateLimits;

public sealed class RateLimiterTests(TestPostgres server) : IAsyncLifetime
{
    private readonly RateLimitOptions _options = new();
    private PlatformDatabase _database = null!;

    private IRateLimiter Limiter => _database.Services.GetRequiredService<IRateLimiter>();

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.CreateAsync(
        server, services => services.AddRateLimits().AddSingleton(Microsoft.Extensions.Options.Options.Create(_options)));

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Take_WhenTheLimitIsReached_RefusesUntilTheWindowEnds()
    {
        var decisions = new List<RateLimitDecision>();
        for (var i = 0; i < 4; i++) decisions.Add(await TakeAsync("u1", "p1"));

        decisions.Select(decision => (decision.Allowed, decision.Remaining)).Should().Equal((true, 2), (true, 1), (true, 0), (false, 0));
        decisions[3].RetryAfterSeconds.Should().BeInRange(50, 60);
        decisions[3].ToError().Metadata!["retryAfter"].Should().Be(decisions[3].RetryAfterSeconds);

        await _database.ExecuteAsync("UPDATE deploy.rate_limits SET ends_at = now()"); // the window is over

        (await TakeAsync("u1", "p1")).Should().Match<RateLimitDecision>(decision => decision.Allowed && decision.Remaining == 2);
    }

    [Fact]
    public async Task Take_ByOtherUsersOrForOtherProjects_IsCountedApart()
    {
        for (var i = 0; i < 3; i++) (await TakeAsync("u1", "p1")).Allowed.Should().BeTrue();

        (await TakeAsync("u1", "p1")).Allowed.Should().BeFalse();
        (await TakeAsync("u1", "p2")).Allowed.Should().BeTrue();
        (await TakeAsync("u2", "p1")).Allowed.Should().BeTrue();
        (await TakeAsync("u1", null)).Allowed.Should().BeTrue();
        (await TakeAsync("u1p", "1")).Allowed.Should().BeTrue("no choice of names may look like another pair");
        (await TakeAsync("u1", "p1", organization: "org2")).Allowed.Should().BeTrue();
        (await TakeAsync("u1", "p1", organization: null)).Allowed.Should().BeTrue();
    }

    [Fact]
    public async Task Take_WhenManyComeAtOnce_AllowsExactlyTheLimit()
    {
        _options.Limit = 7;

        var decisions = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => TakeAsync("u1", "p1")));

        decisions.Count(decision => decision.Allowed).Should().Be(7);
    }

    [Fact]
    public async Task Take_WhenSwitchedOff_AllowsAllAndWritesNothing()
    {
        _options.Limit = 0;

        for (var i = 0; i < 10; i++) (await TakeAsync("u1", "p1")).Allowed.Should().BeTrue();

        (await _database.AskAsync<long>("SELECT count(*) FROM deploy.rate_limits")).Should().Be(0);
    }

    [Fact]
    public async Task Take_OfAnyText_IsHarmless()
    {
        (await TakeAsync("u\0", "p\ud800'; DROP TABLE deploy.rate_limits; --")).Allowed.Should().BeTrue();
        (await TakeAsync(string.Empty, new string('p', 1_000_000))).Allowed.Should().BeTrue();
    }

    [Fact]
    public async Task Prune_RemovesOnlyWindowsThatAreOver()
    {
        await TakeAsync("u1", "p1");
        await _database.ExecuteAsync("UPDATE deploy.rate_limits SET ends_at = now() - interval '1 second'");
        await TakeAsync("u2", "p1");

        (await Limiter.PruneAsync(TestContext.Current.CancellationToken)).Should().Be(1);

        (await TakeAsync("u2", "p1")).Remaining.Should().Be(1, "its window goes on");
    }

    private Task<RateLimitDecision> TakeAsync(string caller, string? project, string? organization = "org1") =>
        Limiter.TakeAsync(organization, caller, project, TestContext.Current.CancellationToken);
}
