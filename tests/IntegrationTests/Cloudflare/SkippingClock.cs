using System.Collections.Concurrent;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>A clock on which every pause is over at once, and takes as long as it was meant to; limits above an hour never pass.</summary>
internal sealed class SkippingClock : TimeProvider
{
    private static readonly TimeSpan Endless = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentQueue<TimeSpan> _pauses = new();
    private DateTimeOffset _now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    public IReadOnlyList<TimeSpan> Pauses => [.. _pauses];

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate) return _now;
    }

    public void Advance(TimeSpan time)
    {
        lock (_gate) _now += time;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= Endless || dueTime == Timeout.InfiniteTimeSpan) return new Never();
        Advance(dueTime);
        _pauses.Enqueue(dueTime);
        ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
        return new Never();
    }

    private sealed class Never : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
