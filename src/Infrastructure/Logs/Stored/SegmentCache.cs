namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>The segments read last; those who want the same one at the same time share one read.</summary>
internal sealed class SegmentCache(StoredLog log)
{
    private const int Capacity = 16; // of 256 KiB of text each, four to six times that with what is made of it

    private readonly Lock _gate = new();
    private readonly Dictionary<LogSegment, Task<LogChunk?>> _reads = [];
    private readonly Queue<LogSegment> _order = new();

    /// <summary>Null when the segment is gone from the store.</summary>
    public Task<LogChunk?> GetAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            // A read that failed is not kept: the store may be back.
            if (_reads.TryGetValue(segment, out var read) && read is not ({ IsFaulted: true } or { IsCanceled: true })) return read;
            return Keep(segment, log.ReadAsync(segment, cancellationToken));
        }
    }

    public void Add(LogSegment segment, LogChunk chunk)
    {
        lock (_gate)
        {
            Keep(segment, Task.FromResult<LogChunk?>(chunk));
        }
    }

    private Task<LogChunk?> Keep(LogSegment segment, Task<LogChunk?> read)
    {
        if (!_reads.ContainsKey(segment)) _order.Enqueue(segment);
        _reads[segment] = read;
        if (_order.Count > Capacity) _reads.Remove(_order.Dequeue());
        return read;
    }
}
