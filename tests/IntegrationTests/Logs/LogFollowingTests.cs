using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.IntegrationTests.Logs;

public class LogFollowingTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _bound = new(Bound);
    private LogFixture _logs = null!;

    public async ValueTask InitializeAsync() => _logs = new LogFixture(store: await NewStoreAsync());

    public ValueTask DisposeAsync()
    {
        _bound.Dispose();
        _logs?.Dispose(); // there is none when there is no store to test with
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Follow_ByManyReaders_GivesEachEveryLineOnceWithOneReadForAll(bool otherNode)
    {
        const int readers = 500, lines = 4_000;
        var node = otherNode ? _logs.Node() : _logs.Log;
        var following = Enumerable.Range(0, readers).Select(reader => CountAsync(node, reader % 2 == 0 ? 0 : 7)).ToList();

        await using (var writer = await _logs.OpenAsync())
        {
            for (var number = 1; number <= lines; number++) await writer.PrintAsync($"line {number} {new string('x', 60)}\n");
        }

        await _logs.Log.SealAsync(_logs.Subject, default);

        var counts = await Task.WhenAll(following);
        counts.Should().OnlyContain(count => count == lines || count == lines - 7);
        _logs.Store.Reads.Should().BeLessThan(readers / 10, "the readers share one");
    }

    [Fact]
    public async Task Follow_BySeveralReaders_GivesThemTheSamePieces()
    {
        await using (var writer = await _logs.OpenAsync())
        {
            for (var number = 1; number <= 9_000; number++) await writer.PrintAsync($"{number}\n");
        }

        await _logs.Log.SealAsync(_logs.Subject, default);

        var read = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(_ => _logs.Log.FollowAsync(_logs.Subject, 0, _bound.Token).ToListAsync(_bound.Token).AsTask()));

        read.Should().OnlyContain(pieces => pieces.Zip(read[0]).All(pair => ReferenceEquals(pair.First, pair.Second)));
        read[0].Sum(piece => piece.Count).Should().Be(9_000);
    }

    [Fact]
    public async Task Follow_WhileManyShortLinesCome_GivesThemInPiecesOfBoundedLength()
    {
        await using var writer = await _logs.OpenAsync();
        await writer.PrintAsync(new string('\n', 20_000));
        await writer.FlushAsync(_bound.Token);

        var lines = 0;
        await foreach (var piece in _logs.Log.FollowAsync(_logs.Subject, 0, _bound.Token))
        {
            piece.Count.Should().BeLessThanOrEqualTo(4_000, "what is made of a line is larger than an empty line");
            if ((lines += piece.Count) == 20_000) break;
        }
    }

    [Fact]
    public async Task Follow_FromTheMiddleOfASealedLog_GivesTheRestAndEnds()
    {
        await using (var writer = await _logs.OpenAsync())
            for (var number = 1; number <= 3000; number++) await writer.PrintAsync($"line {number}\n");
        await _logs.Log.SealAsync(_logs.Subject, default);

        (await CountAsync(_logs.Log, 1234)).Should().Be(3000 - 1234);
        (await CountAsync(_logs.Log, 3000)).Should().Be(0);
    }

    [Fact]
    public async Task Follow_ByASlowReader_LosesNothingAndHoldsNobodyUp()
    {
        await using var writer = await _logs.OpenAsync();
        await using var slow = _logs.Log.FollowLinesAsync(_logs.Subject, 0, _bound.Token).GetAsyncEnumerator();
        await writer.PrintAsync("line 1\n");
        await slow.MoveNextAsync(); // and reads no further for now

        var quick = CountAsync(_logs.Log, 0);
        for (var number = 2; number <= 60_000; number++) await writer.PrintAsync($"line {number} {new string('x', 200)}\n");
        await writer.DisposeAsync();
        await _logs.Log.SealAsync(_logs.Subject, default); // the chunks that the slow one would read next are gone now
        (await quick).Should().Be(60_000);

        var last = slow.Current.Seq;
        while (await slow.MoveNextAsync()) slow.Current.Seq.Should().Be(++last);
        last.Should().Be(60_000);
    }

    [Fact]
    public async Task Follow_WhenTheLogIsSealedBetweenTwoLooks_StillGivesTheEnd()
    {
        await using (var writer = await _logs.OpenAsync()) writer.Write(LogLevel.Info, null, "one");
        await using var lines = _logs.Node().FollowLinesAsync(_logs.Subject, 0, _bound.Token).GetAsyncEnumerator();
        await lines.MoveNextAsync();

        await using (var writer = await _logs.OpenAsync(2, 2)) writer.Write(LogLevel.Info, null, "three");
        await _logs.Log.SealAsync(_logs.Subject, default);

        (await lines.MoveNextAsync()).Should().BeTrue();
        (await lines.MoveNextAsync()).Should().BeTrue();
        lines.Current.Message.Should().Be("three");
        (await lines.MoveNextAsync()).Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Follow_OfALogThatLostAPart_GoesOnBehindIt(bool known)
    {
        await using var writer = await _logs.OpenAsync();
        foreach (var line in new[] { "one", "two", "three" })
        {
            writer.Write(LogLevel.Info, null, line);
            await writer.FlushAsync(_bound.Token);
        }

        var node = _logs.Node();
        await using var before = node.FollowLinesAsync(_logs.Subject, 2, _bound.Token).GetAsyncEnumerator();
        if (known) (await before.MoveNextAsync()).Should().BeTrue("the node lists all three now, and has read the last alone");

        var parts = await _logs.Store.ListAsync(ObjectBucket.Logs, "logs/", _bound.Token).Select(part => part.Key).ToListAsync(_bound.Token);
        await _logs.Store.DeleteAsync(ObjectBucket.Logs, [parts.Order(StringComparer.Ordinal).ElementAt(1)], _bound.Token);

        await using var lines = node.FollowLinesAsync(_logs.Subject, 0, _bound.Token).GetAsyncEnumerator();
        (await lines.MoveNextAsync()).Should().BeTrue();
        lines.Current.Message.Should().Be("one");
        (await Task.Run(async () => await lines.MoveNextAsync()).WaitAsync(Eventually.Patience)).Should().BeTrue();
        lines.Current.Message.Should().Be("three");
    }

    [Fact]
    public async Task Follow_WhileTheStoreIsAwayForAWhile_GoesOn()
    {
        await using var writer = await _logs.OpenAsync();
        await using var lines = _logs.Node().FollowLinesAsync(_logs.Subject, 0, _bound.Token).GetAsyncEnumerator();
        writer.Write(LogLevel.Info, null, "one");
        await lines.MoveNextAsync();
        _logs.Store.Away = true;
        writer.Write(LogLevel.Info, null, "two");
        var next = lines.MoveNextAsync();
        var flush = writer.FlushAsync(_bound.Token);

        _logs.Store.Away = false;

        (await next).Should().BeTrue();
        lines.Current.Message.Should().Be("two");
        await flush;
    }

    [Fact]
    public async Task Follow_WhenTheLogIsDeleted_Ends()
    {
        await using (var writer = await _logs.OpenAsync()) writer.Write(LogLevel.Info, null, "one");
        await _logs.Log.SealAsync(_logs.Subject, default);
        await using var lines = _logs.Log.FollowLinesAsync(_logs.Subject, 0, _bound.Token).GetAsyncEnumerator();
        await lines.MoveNextAsync();

        await _logs.Log.DeleteAsync(_logs.Subject, default);

        (await lines.MoveNextAsync()).Should().BeFalse();
    }

    /// <summary>Null for a folder.</summary>
    private protected virtual Task<IObjectStore?> NewStoreAsync() => Task.FromResult<IObjectStore?>(null);

    /// <summary>Follows to the end; every line must be the one behind the line before.</summary>
    private async Task<int> CountAsync(IDeploymentLog log, long afterSeq)
    {
        var count = 0;
        await foreach (var entry in log.FollowLinesAsync(_logs.Subject, afterSeq, _bound.Token))
        {
            if (entry.Seq != afterSeq + ++count) throw new InvalidDataException($"Line {entry.Seq} came as number {count}.");
        }

        return count;
    }
}
