using System.Diagnostics;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>The calls of all nodes, counted by a real PostgreSQL.</summary>
public sealed class CallBudgetTests(TestPostgres server) : IAsyncLifetime
{
    private NpgsqlDataSource _database = null!;

    public async ValueTask InitializeAsync()
    {
        _database = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        var context = (DbContextOptionsBuilder<LibraDbContext>)PersistenceRegistration.Configure(new DbContextOptionsBuilder<LibraDbContext>(), _database);
        await using var model = new LibraDbContext(context.Options);
        await model.Database.EnsureCreatedAsync();
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Take_WhenManyNodesAskAtOnce_GivesNoMoreThanTheBurst()
    {
        // 200 in five minutes: 40 at once, then one every 1.9 s; deployments leave 4 of the 40.
        var nodes = Enumerable.Range(0, 4).Select(_ => Budget(200)).ToArray();
        var before = Stopwatch.GetTimestamp();

        var taken = await Task.WhenAll(Enumerable.Range(0, 80).Select(call => nodes[call % 4].TakeAsync(interactive: false, default)));

        var refilled = (int)Math.Ceiling(Stopwatch.GetElapsedTime(before).TotalSeconds * 160 / 300);
        taken.Count(turn => !turn.IsError).Should().BeInRange(36, 37 + refilled);
        taken.First(turn => turn.IsError).FirstError.Metadata!["retryAfter"].Should().BeOfType<TimeSpan>().Which.Should().BeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task Take_WhenDeploymentsUsedTheirShare_StillLetsInteractiveCallsThrough()
    {
        var budget = Budget(200);
        while (!(await budget.TakeAsync(interactive: false, default)).IsError)
        {
        }

        (await budget.TakeAsync(interactive: true, default)).IsError.Should().BeFalse();
    }

    [Fact]
    public async Task Pause_WhenOneNodeWasToldToStop_HoldsForAll()
    {
        await Budget(1200).TakeAsync(interactive: true, default);

        await Budget(1200).PauseAsync(TimeSpan.FromMinutes(5), default);

        var refused = await Budget(1200).TakeAsync(interactive: true, default);
        refused.FirstError.Metadata!["retryAfter"].Should().BeOfType<TimeSpan>().Which.Should().BeCloseTo(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Take_WhenTheWaitIsBearable_WaitsForItsTurn()
    {
        var clock = new SkippingClock(); // the database has none: until it gives the next call, it is asked again and again
        var budget = new FleetCallBudget(Options(300) with { BudgetPatience = TimeSpan.FromDays(1) }, _database, clock);
        for (var calls = 0; clock.Pauses.Count == 0; calls++)
        {
            (await budget.TakeAsync(interactive: true, default)).IsError.Should().BeFalse();
            calls.Should().BeLessThan(200, "the budget must come to its end");
        }

        clock.Pauses[0].Should().BeLessThan(TimeSpan.FromSeconds(2), "four calls refill in five seconds");
    }

    private FleetCallBudget Budget(int calls) => new(Options(calls), _database, TimeProvider.System);

    private static CloudflareOptions Options(int calls) =>
        CloudflareRig.Options(new Uri("http://127.0.0.1/")) with { CallsPerFiveMinutes = calls, BudgetPatience = TimeSpan.Zero };
}
