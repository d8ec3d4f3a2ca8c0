using System.IO.Compression;
using System.Text;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Logs;
using Libra.Deploy.Infrastructure.Logs.Redaction;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.IntegrationTests.Logs;

public class DeploymentLogTests : IAsyncLifetime
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    // Nothing is shipped by time here, only by flushing, closing and size.
    private LogFixture _logs = null!;

    public async ValueTask InitializeAsync() =>
        _logs = new LogFixture(new FakeTimeProvider(DateTimeOffset.UtcNow), store: await NewStoreAsync());

    public ValueTask DisposeAsync()
    {
        _logs?.Dispose(); // there is none when there is no store to test with
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Write_WithOutputAndOwnLines_ReadsBackAsWritten()
    {
        await using (var writer = await _logs.OpenAsync())
        {
            writer.Write(LogLevel.Info, DeploymentStep.Build, "building");
            await writer.PrintAsync("\u001b[32mgreen\u001b[0m \"quoted\" ä€😀\n");
            await writer.WriteOutputAsync(DeploymentStep.Build, LogStream.Stderr, "bad\n"u8.ToArray(), default);
            writer.Write(LogLevel.Error, null, "two\nlines");
        }

        var now = _logs.Clock.GetUtcNow();
        (await _logs.ReadAllAsync()).Should().Equal(
            new LogEntry(1, now, LogLevel.Info, DeploymentStep.Build, LogStream.System, "building", 1),
            new LogEntry(2, now, LogLevel.Info, DeploymentStep.Build, LogStream.Stdout, "\u001b[32mgreen\u001b[0m \"quoted\" ä€😀", 1),
            new LogEntry(3, now, LogLevel.Warn, DeploymentStep.Build, LogStream.Stderr, "bad", 1),
            new LogEntry(4, now, LogLevel.Error, null, LogStream.System, "two", 1),
            new LogEntry(5, now, LogLevel.Error, null, LogStream.System, "lines", 1));
    }

    [Fact]
    public async Task Write_InRandomPiecesWithFlushesAndReopenings_LeavesNoHoleAndNoDouble()
    {
        var random = new Random(4711);
        var expected = new List<string>();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            await using var writer = await _logs.OpenAsync(attempt, attempt);
            var lines = Enumerable.Range(0, 400).Select(_ => new string((char)random.Next('a', 'z'), random.Next(0, 300)) + "é").ToList();
            expected.AddRange(lines);
            var bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))).AsMemory();
            while (bytes.Length > 0)
            {
                var piece = Math.Min(random.Next(1, 5000), bytes.Length);
                await writer.WriteOutputAsync(DeploymentStep.Build, LogStream.Stdout, bytes[..piece], default);
                if (random.Next(4) == 0) await writer.FlushAsync(default);
                bytes = bytes[piece..];
            }
        }

        var stored = await _logs.ReadAllAsync();
        stored.Select(entry => entry.Seq).Should().Equal(Enumerable.Range(1, stored.Count).Select(seq => (long)seq));
        stored.Where(entry => entry.Stream == LogStream.Stdout).Select(entry => entry.Message).Should().Equal(expected);
        stored.Select(entry => entry.Attempt).Should().BeInAscendingOrder().And.Contain([1, 2, 3, 4, 5]);
    }

    [Fact]
    public async Task Open_WhenTheWriterBeforeDiedWithoutClosing_SaysThatOutputMayBeMissing()
    {
        var died = await _logs.OpenAsync();
        died.Write(LogLevel.Info, null, "shipped");
        await died.FlushAsync(default);
        died.Write(LogLevel.Info, null, "hardly ever shipped"); // and its process is killed here

        await using var writer = await _logs.Node().OpenAsync(_logs.Subject, 2, 2, begun: true, default);

        var messages = (await _logs.ReadAllAsync()).Select(entry => entry.Message).ToList();
        messages[0].Should().Be("shipped");
        messages[^1].Should().Contain("may be missing");
    }

    [Fact]
    public async Task Open_WhenTheWriterBeforeClosed_OnlyContinues()
    {
        await using (var first = await _logs.OpenAsync()) first.Write(LogLevel.Info, null, "one");

        await using (var second = await _logs.OpenAsync(2, 2)) second.Write(LogLevel.Info, null, "two");

        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().Equal("one", "Attempt 2 continues.", "two");
    }

    [Fact]
    public async Task Open_AfterWorkersThatCouldNotBegin_SaysNothingOfThem()
    {
        await using (var third = await _logs.Log.OpenAsync(_logs.Subject, 1, 3, begun: false, default))
            third.Write(LogLevel.Info, null, "one");

        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().Equal("one");
    }

    [Fact]
    public async Task Open_WithALowerTokenThanTheNewest_IsRefused()
    {
        await using (var newest = await _logs.OpenAsync(2, token: 8)) newest.Write(LogLevel.Info, null, "x");

        var open = () => _logs.OpenAsync(1, token: 7);

        await open.Should().ThrowAsync<LogWriterSupersededException>();
    }

    [Theory]
    [InlineData(1)] // the lease was lost within an attempt
    [InlineData(2)] // the next attempt has begun elsewhere
    public async Task Write_AfterANewerWriterTookOver_StopsAndDoublesNothing(int attempt)
    {
        var stale = await _logs.OpenAsync(1, token: 1);
        stale.Write(LogLevel.Info, null, "one");
        await stale.FlushAsync(default);
        await using var newer = await _logs.Node().OpenAsync(_logs.Subject, attempt, 2, begun: true, default);
        newer.Write(LogLevel.Info, null, "two");
        await newer.FlushAsync(default);

        stale.Write(LogLevel.Info, null, "stale");

        await stale.Invoking(w => w.FlushAsync(default)).Should().ThrowAsync<LogWriterSupersededException>();
        stale.Invoking(w => w.Write(LogLevel.Info, null, "later")).Should().Throw<LogWriterSupersededException>();
        await stale.Invoking(async w => await w.PrintAsync("later\n")).Should().ThrowAsync<LogWriterSupersededException>();
        await stale.DisposeAsync();
        var stored = await _logs.ReadAllAsync();
        stored.Select(entry => entry.Seq).Should().Equal(1, 2, 3);
        stored.Select(entry => entry.Message).Should().NotContain("stale").And.EndWith("two");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Open_WhenTheOlderWriterIsFasterByAChunk_ContinuesBehindIt(int attempt)
    {
        var older = await _logs.OpenAsync(1, token: 1);
        older.Write(LogLevel.Info, null, "one");
        await older.FlushAsync(default);
        _logs.Store.BeforePutIfAbsent = _ =>
        {
            older.Write(LogLevel.Info, null, "two, between the newer writer's look and its first chunk");
            return older.FlushAsync(default);
        };

        await using var newer = await _logs.Node().OpenAsync(_logs.Subject, attempt, 2, begun: true, default);
        newer.Write(LogLevel.Info, null, "four");
        await newer.FlushAsync(default);

        var stored = await _logs.ReadAllAsync();
        stored.Select(entry => entry.Seq).Should().Equal(1, 2, 3, 4);
        stored[1].Message.Should().StartWith("two");
        stored[2].Attempt.Should().Be(attempt);
        older.Write(LogLevel.Info, null, "stale");
        await older.Invoking(w => w.FlushAsync(default)).Should().ThrowAsync<LogWriterSupersededException>();
        await older.DisposeAsync();
    }

    [Fact]
    public async Task Write_WhenTwoWritersBeginAnEmptyLog_TheHigherTokenGoesOn()
    {
        await using var older = await _logs.OpenAsync(1, token: 1);
        await using var newer = await _logs.Node().OpenAsync(_logs.Subject, 1, 2, begun: true, default);
        older.Write(LogLevel.Info, null, "older");
        newer.Write(LogLevel.Info, null, "newer");

        await older.Invoking(w => w.FlushAsync(default)).Should().ThrowAsync<LogWriterSupersededException>();
        await newer.FlushAsync(default);
        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().HaveCount(2)
            .And.HaveElementAt(1, "newer")
            .And.Contain(message => message.Contains("may be missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Flush_WhenTheAnswerOfTheStoreGotLost_DoublesNothing()
    {
        await using var writer = await _logs.OpenAsync();
        writer.Write(LogLevel.Info, null, "one");
        _logs.Store.LoseNextAnswer = true;

        await AdvanceUntilAsync(writer.FlushAsync(default));
        writer.Write(LogLevel.Info, null, "two");
        await writer.FlushAsync(default);

        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().Equal("one", "two");
    }

    [Fact]
    public async Task Write_WhileTheStoreIsAway_WaitsWhenTheBufferIsFullAndLosesNothing()
    {
        await using var writer = await _logs.OpenAsync();
        _logs.Store.Away = true;
        var line = new string('x', 16_000) + "\n";
        var lines = (_logs.Options.MaxBufferedBytes / line.Length) + 100;
        var written = 0;
        var printing = Task.Run(async () =>
        {
            for (; written < lines; written++) await writer.PrintAsync(line);
        });
        await Eventually.BecomesTrueAsync(
            () => Volatile.Read(ref written) * (long)line.Length > _logs.Options.MaxBufferedBytes - line.Length, Bound,
            "the buffer takes that much");
        printing.IsCompleted.Should().BeFalse("the buffer is bounded");

        _logs.Store.Away = false;
        await AdvanceUntilAsync(printing);
        await writer.FlushAsync(default);

        (await _logs.ReadAllAsync()).Should().HaveCount(lines);
    }

    [Fact]
    public async Task Close_WhenTheStoreStaysAway_GivesUpAfterTheTimeout()
    {
        var writer = await _logs.OpenAsync();
        writer.Write(LogLevel.Info, null, "lost");
        _logs.Store.Away = true;
        var began = _logs.Clock.GetUtcNow();

        await AdvanceUntilAsync(writer.DisposeAsync().AsTask());

        (_logs.Clock.GetUtcNow() - began).Should().BeGreaterThanOrEqualTo(_logs.Options.CloseTimeout, "the store may come back until then");
    }

    [Fact]
    public async Task Write_ShipsAfterTheInterval_AndAtOnceWhenAChunkIsFull()
    {
        await using var writer = await _logs.OpenAsync();
        await writer.PrintAsync(string.Concat(Enumerable.Repeat(new string('x', 1000) + "\n", 300)));
        await Eventually.BecomesTrueAsync(async () => (await _logs.ReadAllAsync()).Count >= 260, Bound, "a full chunk waits for no time");

        writer.Write(LogLevel.Info, null, "by time");
        var clock = (FakeTimeProvider)_logs.Clock;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                clock.Advance(_logs.Options.ShipInterval);
                return (await _logs.ReadAllAsync()).Count == 301;
            },
            Bound,
            "the interval has passed");
    }

    [Fact]
    public async Task Write_BeyondTheLimits_CutsOutputWithOneLineButKeepsTheServicesOwn()
    {
        using var logs = new LogFixture(_logs.Clock, new DeploymentLogOptions { MaxLines = 10, MaxLineBytes = 300 });
        await using (var writer = await logs.OpenAsync())
        {
            await writer.PrintAsync(new string('ä', 200) + "\n");
            for (var number = 0; number < 50; number++) await writer.PrintAsync($"line {number}\n");
            writer.Write(LogLevel.Error, null, "the build failed");
            writer.Tail(DeploymentStep.Build, 2).Should().Equal("line 48", "line 49");
        }

        await using (var next = await logs.OpenAsync(2, 2)) await next.PrintAsync("dropped as well\n");

        var stored = await logs.ReadAllAsync();
        stored.Should().HaveCount(13);
        stored[0].Message.Should().Be(new string('ä', 150) + " [line cut]");
        stored[10].Should().Match<LogEntry>(entry => entry.Message.StartsWith("The log is full") && entry.Level == LogLevel.Warn);
        stored[11].Message.Should().Be("the build failed");
        stored[12].Message.Should().Be("Attempt 2 continues.");
    }

    [Fact]
    public async Task Seal_JoinsEverythingIntoOneObjectThatAnyToolCanRead()
    {
        await using (var writer = await _logs.OpenAsync())
        {
            for (var number = 1; number <= 2500; number++)
            {
                await writer.PrintAsync($"line {number}\n");
                if (number % 700 == 0) await writer.FlushAsync(default);
            }
        }

        var before = await _logs.ReadAllAsync();
        await _logs.Log.SealAsync(_logs.Subject, default);
        await _logs.Log.SealAsync(_logs.Subject, default);

        (await _logs.ReadAllAsync()).Should().Equal(before);
        var keys = await KeysAsync();
        keys.Should().HaveCount(2).And.Contain(key => key.Contains("/sealed.ndjson.gz"));
        await using var sealedLog = await _logs.Store.GetAsync(ObjectBucket.Logs, keys[1], default);
        using var lines = new StreamReader(new GZipStream(sealedLog!, CompressionMode.Decompress));
        (await lines.ReadToEndAsync()).Trim().Split('\n').Should().HaveCount(2500).And.OnlyContain(line => line.StartsWith("{\"seq\":"));
    }

    [Fact]
    public async Task Seal_OfAnEmptyLog_GivesAnEmptyCompleteOne()
    {
        await _logs.Log.SealAsync(_logs.Subject, default);

        var page = await _logs.Log.ReadAsync(_logs.Subject, new LogQuery(null, 10), default);
        page.Should().BeEquivalentTo(new LogPage([], null, Complete: true));
    }

    [Fact]
    public async Task Seal_WhileAWriterIsOpen_EndsTheWriter()
    {
        var writer = await _logs.OpenAsync();
        writer.Write(LogLevel.Info, null, "one");
        await writer.FlushAsync(default);
        _logs.Store.BeforePutIfAbsent = async _ => // just before the end is claimed
        {
            writer.Write(LogLevel.Info, null, "two");
            await writer.FlushAsync(default);
        };

        await _logs.Log.SealAsync(_logs.Subject, default);

        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().HaveCount(3)
            .And.StartWith(["one", "two"])
            .And.Contain(message => message.Contains("may be missing", StringComparison.Ordinal), "nobody closed it");
        await _logs.Invoking(logs => logs.OpenAsync(2, 9)).Should().ThrowAsync<LogWriterSupersededException>();
        await writer.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Seal_WhenAnotherNodeSealsWhileThisOneLists_LeavesTheLogWhole(int list)
    {
        await using (var writer = await _logs.OpenAsync()) writer.Write(LogLevel.Info, null, "one");
        var other = _logs.Node();
        _logs.Store.DuringList = number => number == list ? other.SealAsync(_logs.Subject, default) : Task.CompletedTask;

        await _logs.Log.SealAsync(_logs.Subject, default);

        _logs.Store.DuringList = null;
        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().Equal("one");
        (await KeysAsync()).Should().HaveCount(2);
    }

    [Fact]
    public async Task Seal_InterruptedAtAnyCall_IsFinishedByTheNext()
    {
        await using (var writer = await _logs.OpenAsync()) writer.Write(LogLevel.Info, null, "one");

        // Away after 0, 1, 2, … calls of the store, until once nothing is interrupted.
        for (var calls = 0; ; calls++)
        {
            var interrupted = new InterruptedStore(_logs.Store, calls);
            var log = new DeploymentLog(
                interrupted, new Redactor([]), _logs.Options, _logs.Clock,
                Microsoft.Extensions.Logging.Abstractions.NullLogger<DeploymentLog>.Instance);
            try
            {
                await log.SealAsync(_logs.Subject, default);
                break;
            }
            catch (IOException)
            {
                (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().Equal("one");
            }
        }

        (await KeysAsync()).Should().HaveCount(2);
        (await _logs.ReadAllAsync()).Select(entry => entry.Message).Should().Equal("one");
    }

    [Fact]
    public async Task Delete_RemovesEverythingAndTellsHowMuch()
    {
        await using (var writer = await _logs.OpenAsync()) writer.Write(LogLevel.Info, null, "one");

        var (objects, bytes) = await _logs.Log.DeleteAsync(_logs.Subject, default);

        objects.Should().Be(2);
        bytes.Should().BePositive();
        (await KeysAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Open_WithIdsThatAreNoSafeNames_KeepsThemOutOfTheKeys()
    {
        var subject = _logs.Subject with { OrganizationId = "../../etc", ProjectId = "a/b c" };
        await using (var writer = await _logs.Log.OpenAsync(subject, 1, 1, begun: false, default)) writer.Write(LogLevel.Info, null, "one");

        (await _logs.Log.ReadAsync(subject, new LogQuery(null, 10), default)).Entries.Should().ContainSingle();
        (await KeysAsync()).Should().OnlyContain(key => !key.Contains("..") && !key.Contains("a/b"));
    }

    /// <summary>Null for a folder.</summary>
    private protected virtual Task<IObjectStore?> NewStoreAsync() => Task.FromResult<IObjectStore?>(null);

    /// <summary>Lets the clock run until the task is done, so that pauses between tries pass.</summary>
    private async Task AdvanceUntilAsync(Task task)
    {
        var clock = (FakeTimeProvider)_logs.Clock;
        await Eventually.BecomesTrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return task.IsCompleted;
            },
            Bound,
            "every pause has passed");
        await task;
    }

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var item in _logs.Store.ListAsync(ObjectBucket.Logs, string.Empty, default)) keys.Add(item.Key);
        return keys;
    }
}
