using System.Globalization;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Queue;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Who gets the next slot, and what those are told who wait.</summary>
public sealed class FairnessTests(TestPostgres server) : IAsyncLifetime
{
    private const int NoCap = 0;
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    private PlatformDatabase _database = null!;
    private WaitingDeployments _waiting = null!;
    private int _ids;
    private int _takes;

    public async ValueTask InitializeAsync()
    {
        _database = await PlatformDatabase.CreateAsync(server, _ => { });
        _waiting = new WaitingDeployments(_database.Services.GetRequiredService<NpgsqlDataSource>(), new QueueOptions().QueueName);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Take_WhenOneOrganizationHasFiveHundredWaiting_GivesAnothersFirstTheNextSlot()
    {
        for (var i = 0; i < 500; i++) await AddAsync("crowd", Now.AddMinutes(-10));
        await TakeAsync(5);
        var late = await AddAsync("small", Now);

        var next = await TakeAsync(1);

        next.Should().Equal(late);
    }

    [Fact]
    public async Task Take_WithOneSlot_GoesRoundTheOrganizations()
    {
        var a = new[] { await AddAsync("a", Now.AddSeconds(-9)), await AddAsync("a", Now.AddSeconds(-8)),
            await AddAsync("a", Now.AddSeconds(-7)) };
        var b = new[] { await AddAsync("b", Now.AddSeconds(-6)), await AddAsync("b", Now.AddSeconds(-5)) };
        var c = await AddAsync("c", Now.AddSeconds(-4));

        var order = new List<DeploymentId>();
        for (var i = 0; i < 6; i++)
        {
            var taken = (await TakeAsync(1)).Single();
            order.Add(taken);
            await EndAsync(taken);
        }

        order.Should().Equal(a[0], b[0], c, a[1], b[1], a[2]);
    }

    [Fact]
    public async Task Take_OfSeveralSlotsAtOnce_GivesEachOrganizationItsFirst()
    {
        await AddAsync("a", Now.AddSeconds(-9));
        await AddAsync("a", Now.AddSeconds(-8));
        await AddAsync("a", Now.AddSeconds(-7));
        var b = await AddAsync("b", Now.AddSeconds(-2));
        var c = await AddAsync("c", Now.AddSeconds(-1));

        (await TakeAsync(3)).Should().Contain([b, c]);
    }

    [Fact]
    public async Task Take_WithinAnOrganization_FollowsPriorityThenTime()
    {
        var usual = await AddAsync("a", Now.AddSeconds(-9));
        var older = await AddAsync("a", Now.AddSeconds(-5), priority: 9);
        var newer = await AddAsync("a", Now.AddSeconds(-4), priority: 9);

        (await TakeOrderAsync()).Should().Equal(older, newer, usual);
    }

    [Fact]
    public async Task Take_WithACap_LeavesTheRestOfTheOrganizationAndTheStatusSaysSo()
    {
        var first = await AddAsync("a", Now.AddSeconds(-9));
        var second = await AddAsync("a", Now.AddSeconds(-8));
        var other = await AddAsync("b", Now.AddSeconds(-7));

        (await TakeAsync(10, cap: 1)).Should().BeEquivalentTo([first, other]);

        (await PlaceAsync(second, cap: 1)).Should().Be(new QueuePlace(3, "organization"));
        await EndAsync(first);
        (await PlaceAsync(second, cap: 1)).Should().Be(new QueuePlace(2, "slot"));
        (await TakeAsync(10, cap: 1)).Should().Equal(second);
    }

    [Fact]
    public async Task Place_OfEveryoneThatWaits_IsTheOrderInWhichTheyAreTaken()
    {
        for (var i = 0; i < 6; i++) await AddAsync("a", Now.AddSeconds(-60 + i), priority: i % 3);
        for (var i = 0; i < 3; i++) await AddAsync("b", Now.AddSeconds(-30 + i));
        await AddAsync("c", Now.AddSeconds(-1));
        var told = new SortedDictionary<int, DeploymentId>();
        foreach (var id in await AllAsync()) told.Add((await PlaceAsync(id))!.Position, id);

        told.Keys.Should().Equal(Enumerable.Range(1, 10));
        (await TakeOrderAsync()).Should().Equal(told.Values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Line_OfAnyCrowd_IsInTheOrderOfTurnsThenOfThoseWhoWaitedLongest(int seed)
    {
        var crowd = new Crowd(seed, organizations: 5);
        for (var i = 0; i < 12; i++) crowd.Waits(await AddAsync(crowd.Next, Now.AddMinutes(-60)), Now.AddMinutes(-60), priority: 5);
        for (var i = 0; i < 8; i++) crowd.Runs((await TakeAsync(1)).Single(), i);
        for (var i = 0; i < 40; i++)
        {
            var (due, priority) = (Now.AddSeconds(crowd.Between(-9, 0)), crowd.Between(4, 7));
            crowd.Waits(await AddAsync(crowd.Next, due, priority), due, priority);
        }

        var line = crowd.Line();
        foreach (var (id, at) in line.Select((id, at) => (id, at)))
            (await PlaceAsync(id))!.Position.Should().Be(8 + at + 1, "eight have a job each");
        (await TakeAsync(17)).Should().BeEquivalentTo(line.Take(17));
    }

    [Fact]
    public async Task Place_OfAFailedAttempt_IsBehindAllThatIsDue()
    {
        var retrying = await AddAsync("a", Now.AddSeconds(30));
        await AddAsync("b", Now.AddSeconds(-1));

        (await PlaceAsync(retrying)).Should().Be(new QueuePlace(2, "retry"));
    }

    [Fact]
    public async Task Place_OfWhatRuns_IsNone()
    {
        var running = await AddAsync("a", Now);
        await _database.ExecuteAsync("UPDATE deploy.deployments SET status = 'building' WHERE id = $1", running.Value);

        (await PlaceAsync(running)).Should().BeNull();
    }

    [Fact]
    public async Task Take_ByNodesThatWaitedForEachOther_GivesNoDeploymentTwice()
    {
        await AddAsync("a", Now.AddSeconds(-2));
        await AddAsync("a", Now.AddSeconds(-1));
        await using var connection = await _database.Services.GetRequiredService<NpgsqlDataSource>()
            .OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var held = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var take = new NpgsqlCommand($"SELECT 1 FROM pg_advisory_xact_lock({DatabaseLocks.Dispatch})", connection, held);
            await take.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            var (one, two) = (TakeAsync(1), TakeAsync(1));
            await Eventually.BecomesTrueAsync(
                async () => await _database
                    .AskAsync<long>($"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = {DatabaseLocks.Dispatch} AND NOT granted") == 2,
                Eventually.Patience,
                "both nodes have to wait for the lock");
            await held.RollbackAsync(TestContext.Current.CancellationToken);

            (await one).Concat(await two).Should().HaveCount(2).And.OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public async Task Take_WhileSomebodyHoldsTheFirst_TakesWhatComesNextAndWaitsForNobody()
    {
        var first = await AddAsync("a", Now.AddSeconds(-3));
        var next = await AddAsync("a", Now.AddSeconds(-2));
        await using var connection = await _database.Services.GetRequiredService<NpgsqlDataSource>()
            .OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var held = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand("SELECT 1 FROM deploy.deployments WHERE id = $1 FOR UPDATE", connection, held);
            hold.Parameters.AddWithValue(first.Value);
            await hold.ExecuteScalarAsync(TestContext.Current.CancellationToken);

            (await TakeAsync(1)).Should().Equal(next);
            await held.RollbackAsync(TestContext.Current.CancellationToken);
        }

        (await TakeAsync(1)).Should().Equal(first);
    }

    private async Task<DeploymentId> AddAsync(string organization, DateTimeOffset due, int priority = 5)
    {
        var number = (++_ids).ToString("000000000", CultureInfo.InvariantCulture);
        var id = DeploymentId.Parse($"deploy_{Now.ToUnixTimeMilliseconds()}_{number}");
        await _database.ExecuteAsync(
            """
            INSERT INTO deploy.deployments
                (id, project_id, organization_id, user_id, source, status, progress, attempt, interruptions, due_at, created_at, fencing_token,
                 artifact_reused, settings_debug, settings_force, settings_max_attempts, settings_priority, settings_timeout)
            VALUES ($1, $1, $2, 'u', 'Project', 'pending', 0, 0, 0, $3, $3, 0, false, false, false, 4, $4, interval '10 minutes')
            """,
            id.Value, organization, due, priority);
        return id;
    }

    private Task<IReadOnlyList<DeploymentId>> TakeAsync(int most, int cap = NoCap) =>
        _waiting.TakeDueAsync(Now.AddMilliseconds(++_takes), most, cap, TestContext.Current.CancellationToken);

    /// <summary>Takes one after the other; each runs on, so that turns count.</summary>
    private async Task<IReadOnlyList<DeploymentId>> TakeOrderAsync()
    {
        var order = new List<DeploymentId>();
        while (await TakeAsync(1) is [var next]) order.Add(next);
        return order;
    }

    private Task<QueuePlace?> PlaceAsync(DeploymentId id, int cap = NoCap) => new QueuePlaces(
        _database.Services.GetRequiredService<NpgsqlDataSource>(),
        Options.Create(new QueueOptions { MaxRunningPerOrganization = cap }),
        new FakeTimeProvider(Now)).FindAsync(id, TestContext.Current.CancellationToken);

    private Task EndAsync(DeploymentId id) =>
        _database.ExecuteAsync("UPDATE deploy.deployments SET status = 'completed' WHERE id = $1", id.Value);

    private async Task<IReadOnlyList<DeploymentId>> AllAsync()
    {
        await using var command = _database.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("SELECT id FROM deploy.deployments");
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var ids = new List<DeploymentId>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken)) ids.Add(DeploymentId.Parse(rows.GetString(0)));
        return ids;
    }

    /// <summary>What the line is, said as plainly as can be.</summary>
    private sealed class Crowd(int seed, int organizations)
    {
        private readonly Random _random = new(seed);
        private readonly List<(string Organization, DeploymentId Id, DateTimeOffset Due, int Priority)> _waiting = [];
        private readonly List<(string Organization, int Turn)> _served = [];
        private string _next = "";

        /// <summary>An organization that asks for one more.</summary>
        public string Next => _next = $"org-{_random.Next(organizations)}";

        public int Between(int least, int below) => _random.Next(least, below);

        public void Waits(DeploymentId id, DateTimeOffset due, int priority) => _waiting.Add((_next, id, due, priority));

        public void Runs(DeploymentId id, int turn)
        {
            var served = _waiting.Single(waiting => waiting.Id == id);
            _served.Add((served.Organization, turn));
            _waiting.Remove(served);
        }

        public List<DeploymentId> Line() =>
        [
            .. _waiting.GroupBy(waiting => waiting.Organization).SelectMany(organization =>
                {
                    var turns = _served.Where(served => served.Organization == organization.Key).Select(served => served.Turn).ToList();
                    return organization.OrderByDescending(one => one.Priority).ThenBy(one => one.Due).ThenBy(one => one.Id.Value)
                        .Select((one, place) => (one.Id, one.Due, Turn: turns.Count + place, Last: turns.DefaultIfEmpty(-1).Max()));
                })
                .OrderBy(one => one.Turn).ThenBy(one => one.Last).ThenBy(one => one.Due).ThenBy(one => one.Id.Value)
                .Select(one => one.Id),
        ];
    }
}
