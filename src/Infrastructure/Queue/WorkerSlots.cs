namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>How many of this node's slots are taken, and word to the dispatcher when one gets free.</summary>
public sealed class WorkerSlots
{
    private readonly Action _freed;
    private int _busy;

    internal WorkerSlots(QueueSignals signals) => _freed = signals.SignalDispatcher;

    /// <summary>Slots in use now.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <summary>Takes a slot until the result is disposed.</summary>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _busy);
        return new Taken(this);
    }

    private void Leave()
    {
        Interlocked.Decrement(ref _busy);
        _freed();
    }

    private sealed class Taken(WorkerSlots slots) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) slots.Leave();
        }
    }
}
