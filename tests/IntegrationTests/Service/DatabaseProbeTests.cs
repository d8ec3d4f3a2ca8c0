using Libra.Deploy.Infrastructure.Health;
using Libra.Deploy.IntegrationTests.Http;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>What a node tells of its clock: others rely on the times that it writes.</summary>
public sealed class DatabaseProbeTests(TestPostgres server) : IAsyncLifetime
{
    private readonly RecordedLogs _logs = new();
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.CreateAsync(server, _ => { });

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(-1, "behind the database's")]
    [InlineData(1, "ahead of the database's")]
    public async Task Probe_OnANodeWhoseClockIsWrong_SaysSoAndWarnsOnce(int minutes, string expected)
    {
        var probe = ProbeAt(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(minutes)));

        var finding = await probe.ProbeAsync(TestContext.Current.CancellationToken);
        await probe.ProbeAsync(TestContext.Current.CancellationToken);

        finding.Healthy.Should().BeTrue();
        finding.Message.Should().EndWith(expected + ".");
        _logs.Lines.Should().ContainSingle().Which.Message.Should().Contain(expected);
    }

    [Fact]
    public async Task Probe_OnANodeWhoseClockIsRight_SaysThatTheDatabaseAnswers()
    {
        var finding = await ProbeAt(TimeProvider.System).ProbeAsync(TestContext.Current.CancellationToken);

        finding.Message.Should().Be("The database answers.");
        _logs.Lines.Should().BeEmpty();
    }

    private DatabaseProbe ProbeAt(TimeProvider clock)
    {
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(_logs));
        return new DatabaseProbe(
            _database.Services.GetRequiredService<NpgsqlDataSource>(), clock, factory.CreateLogger<DatabaseProbe>());
    }
}
