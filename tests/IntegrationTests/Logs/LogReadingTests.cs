using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>Pages of a log as large as one can get.</summary>
public class LogReadingTests(LargeLog log) : IClassFixture<LargeLog>, IAsyncLifetime
{
    private LogFixture _logs = null!;

    public async ValueTask InitializeAsync() => _logs = await log.FilledAsync(NewStoreAsync);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask; // the log stays for the next test

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_InPages_GivesEveryLineOnceInEitherOrder(bool descending)
    {
        var entries = await _logs.ReadAllAsync(descending, page: 5000);

        var expected = Enumerable.Range(1, LargeLog.Lines).Select(seq => (long)seq);
        entries.Select(entry => entry.Seq).SequenceEqual(descending ? expected.Reverse() : expected).Should().BeTrue();
    }

    [Theory]
    [InlineData(null, false, 1)]
    [InlineData(100_000L, false, 100_001)]
    [InlineData(null, true, LargeLog.Lines)]
    [InlineData(100_000L, true, 99_999)]
    public async Task Read_OfOnePage_ReadsOnlyWhatItNeeds(long? cursor, bool descending, long first)
    {
        var (page, reads, bytes) = await ReadAsync(new LogQuery(cursor, 100, Descending: descending));

        page.Entries.Should().HaveCount(100);
        page.Entries[0].Seq.Should().Be(first);
        reads.Should().BeLessThanOrEqualTo(3, "the index and at most two members");
        bytes.Should().BeLessThan(200_000);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_WithFilters_FindsTheFewLinesWithoutReadingTheRest(bool descending)
    {
        var (errors, reads, _) = await ReadAsync(new LogQuery(null, 100, MinimumLevel: LogLevel.Error, Descending: descending));
        errors.Entries.Select(entry => entry.Seq).Should()
            .Equal(descending ? [150_000L, 50_000L] : [50_000L, 150_000L]);
        errors.NextCursor.Should().BeNull();
        errors.Complete.Should().BeTrue();
        reads.Should().BeLessThanOrEqualTo(3);

        var (cleanup, stepReads, _) = await ReadAsync(new LogQuery(null, 100, DeploymentStep.Cleanup, Descending: descending));
        cleanup.Entries.Should().ContainSingle().Which.Seq.Should().Be(LargeLog.Lines);
        stepReads.Should().BeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Read_BehindTheEnd_IsEmptyAndComplete()
    {
        var (page, _, _) = await ReadAsync(new LogQuery(LargeLog.Lines, 100));

        page.Should().BeEquivalentTo(new LogPage([], null, Complete: true));
    }

    [Fact]
    public async Task Read_OfAGrowingLog_ReadsFromItsEndWithoutTheRest()
    {
        using var logs = new LogFixture(store: await NewStoreAsync());
        await using var writer = await logs.OpenAsync();
        for (var number = 1; number <= 20_000; number++) await writer.PrintAsync($"line {number} {new string('x', 100)}\n");
        await writer.FlushAsync(default);
        logs.Store.ResetCounts();

        var page = await logs.Log.ReadAsync(logs.Subject, new LogQuery(null, 100, Descending: true), default);

        page.Entries[0].Seq.Should().Be(20_000);
        page.Complete.Should().BeFalse();
        logs.Store.Reads.Should().BeLessThanOrEqualTo(2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_OfLongLines_EndsThePageEarlyAndLosesNone(bool descending)
    {
        const int Lines = 300;
        const int Longest = 16 << 10;
        using var logs = new LogFixture(store: await NewStoreAsync());
        await using (var writer = await logs.OpenAsync())
            for (var number = 1; number <= Lines; number++) await writer.PrintAsync(new string('x', Longest) + "\n");

        var page = await logs.Log.ReadAsync(logs.Subject, new LogQuery(null, 5000, Descending: descending), default);
        var all = await logs.ReadAllAsync(descending, page: 5000);

        page.Entries.Sum(entry => entry.Message.Length).Should().BeInRange(2 << 20, (2 << 20) + Longest);
        (page.NextCursor, page.Complete).Should().Be((page.Entries[^1].Seq, false));
        all.Select(entry => entry.Seq).Order().Should().Equal(Enumerable.Range(1, Lines).Select(seq => (long)seq));
    }

    [Fact]
    public async Task Read_AtTheEndOfAGrowingLog_SaysWhereToGoOn()
    {
        using var logs = new LogFixture(store: await NewStoreAsync());
        (await PageAsync(null)).Should().Be((0, 0L, false), "a log without lines begins before the first");
        await using (var writer = await logs.OpenAsync())
        {
            await writer.PrintAsync("one\ntwo\nthree\n");
            await writer.FlushAsync(default);
            (await PageAsync(null)).Should().Be((3, 3L, false));
            (await PageAsync(3)).Should().Be((0, 3L, false));

            await writer.PrintAsync("four\n");
            await writer.FlushAsync(default);
            (await PageAsync(3)).Should().Be((1, 4L, false), "what came meanwhile follows, and nothing twice");
            (await logs.Log.ReadAsync(logs.Subject, new LogQuery(null, 100, Descending: true), default)).NextCursor
                .Should().BeNull("no line comes before the first");
        }

        await logs.Log.SealAsync(logs.Subject, default);
        (await PageAsync(3)).Should().Be((1, null, true));

        async Task<(int Lines, long? Next, bool Complete)> PageAsync(long? cursor)
        {
            var page = await logs.Log.ReadAsync(logs.Subject, new LogQuery(cursor, 100), default);
            return (page.Entries.Count, page.NextCursor, page.Complete);
        }
    }

    private protected virtual Task<IObjectStore?> NewStoreAsync() => Task.FromResult<IObjectStore?>(null);

    private async Task<(LogPage Page, int Reads, long Bytes)> ReadAsync(LogQuery query)
    {
        _logs.Store.ResetCounts();
        var page = await _logs.Log.ReadAsync(_logs.Subject, query, default);
        return (page, _logs.Store.Reads, _logs.Store.BytesRead);
    }
}

/// <summary>A sealed log of 200,000 lines, two of them errors, written when the first test asks for it.</summary>
public sealed class LargeLog : IDisposable
{
    public const int Lines = 200_000;

    private LogFixture? _logs;

    internal async Task<LogFixture> FilledAsync(Func<Task<IObjectStore?>> newStore)
    {
        if (_logs is not null) return _logs;

        _logs = new LogFixture(store: await newStore());
        await using (var writer = await _logs.OpenAsync())
        {
            for (var number = 1; number < Lines; number++)
            {
                if (number % 100_000 == 50_000) writer.Write(LogLevel.Error, DeploymentStep.Build, "an error");
                else await writer.PrintAsync($"transforming ({number}) src/components/Component{number % 97}.tsx\n");
            }

            writer.EndOutput(DeploymentStep.Build);
            writer.Write(LogLevel.Info, DeploymentStep.Cleanup, "done");
        }

        await _logs.Log.SealAsync(_logs.Subject, default);
        return _logs;
    }

    public void Dispose() => _logs?.Dispose();
}
