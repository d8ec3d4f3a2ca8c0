using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Storage;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>What the log needs of a store, seen on a real S3 server: conditional writes, ranges, order of lists.</summary>
public sealed class LogOnS3Tests(S3Server server)
{
    [Fact]
    public async Task Log_OverTwoAttemptsWithAStaleWriter_IsWholeBeforeAndAfterSealing()
    {
        using var store = new S3ObjectStore(await server.OptionsAsync(), TimeProvider.System);
        using var logs = new LogFixture(store: store);
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var following = logs.Node().FollowLinesAsync(logs.Subject, 0, bound.Token).Select(entry => entry.Seq).ToListAsync(bound.Token).AsTask();
        var stale = await logs.OpenAsync();
        for (var number = 1; number <= 3000; number++) await stale.PrintAsync($"line {number} {new string('x', 100)}\n");
        await stale.FlushAsync(default);

        await using (var newer = await logs.Node().OpenAsync(logs.Subject, 2, 2, default))
            for (var number = 1; number <= 3000; number++) await newer.PrintAsync($"more {number}\n");
        stale.Write(LogLevel.Info, null, "stale");
        await stale.Invoking(writer => writer.FlushAsync(default)).Should().ThrowAsync<LogWriterSupersededException>();
        await stale.DisposeAsync();

        var before = await logs.ReadAllAsync();
        await logs.Log.SealAsync(logs.Subject, default);
        var after = await logs.ReadAllAsync(descending: true);

        before.Select(entry => entry.Seq).Should().Equal(Enumerable.Range(1, 6001).Select(seq => (long)seq));
        after.AsEnumerable().Reverse().SequenceEqual(before).Should().BeTrue();
        (await following).Should().Equal(before.Select(entry => entry.Seq));
        (await logs.Log.DeleteAsync(logs.Subject, default)).Objects.Should().Be(2);
    }
}
