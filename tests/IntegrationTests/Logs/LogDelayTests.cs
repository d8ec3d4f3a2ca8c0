using System.Diagnostics;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>How long a line takes to those who follow on another node.</summary>
[Collection(nameof(AloneOnTheMachine))]
public class LogDelayTests : IAsyncLifetime
{
    private const int Rounds = 7;
    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(60));
    private LogFixture _logs = null!;

    public async ValueTask InitializeAsync() => _logs = new LogFixture(store: await NewStoreAsync());

    public ValueTask DisposeAsync()
    {
        _bound.Dispose();
        _logs?.Dispose(); // there is none when there is no store to test with
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Follow_OnAnotherNode_SeesLinesWithinASecond()
    {
        await using var writer = await _logs.OpenAsync();
        await using var lines = _logs.Node().FollowLinesAsync(_logs.Subject, 0, _bound.Token).GetAsyncEnumerator();
        var delays = new List<TimeSpan>();
        for (var round = 0; round < Rounds; round++)
        {
            var written = Stopwatch.GetTimestamp();
            writer.Write(LogLevel.Info, null, $"line {round}");
            (await lines.MoveNextAsync()).Should().BeTrue();
            delays.Add(Stopwatch.GetElapsedTime(written));
        }

        // Half a second of slack; and now and then the machine does something else.
        delays.Order().ElementAt(Rounds / 2).Should().BeLessThan(TimeSpan.FromSeconds(1.5));
    }

    private protected virtual Task<IObjectStore?> NewStoreAsync() => Task.FromResult<IObjectStore?>(null);
}

/// <summary>The same with a real S3 server behind.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class LogDelayOnS3Tests(S3Server s3) : LogDelayTests
{
    private protected override async Task<IObjectStore?> NewStoreAsync() => await s3.OwnStoreAsync();
}
