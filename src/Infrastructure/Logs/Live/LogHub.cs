using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Infrastructure.Logs.Stored;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Logs.Live;

/// <summary>
/// All followers of one deployment on this node. One poller finds new chunks; followers pull them at their own pace from a small
/// shared cache, so that a slow one holds neither memory nor the others.
/// </summary>
internal sealed class LogHub(StoredLog log, DeploymentLogOptions options, TimeProvider clock, ILogger logger) : IDisposable
{
    private const int PollsPerSealCheck = 2;
    private const int ActivePolls = 20;

    private readonly Lock _gate = new();
    private readonly Pulse _changed = new();
    private readonly SegmentCache _cache = new(log);
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly CancellationTokenSource _stop = new();

    private List<LogSegment> _segments = [];
    private LogTip? _tip; // null until the log was looked at
    private bool _sealed;
    private Exception? _failure;

    /// <summary>How many use the hub; kept by <see cref="LogHubs"/>.</summary>
    public int Followers { get; set; }

    /// <summary>Starts polling.</summary>
    public void Start()
    {
        var stop = _stop.Token;
        _ = Task.Run(() => PollAsync(stop), CancellationToken.None);
    }

    /// <summary>Ends polling; no follower is left.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>Takes a chunk that a writer of this node stored, or that the poller found.</summary>
    public void Publish(LogTip place, LogChunk chunk)
    {
        lock (_gate)
        {
            if (_tip is null || _sealed || _tip.Next != chunk.Header.First) return; // known, or not next: the poller comes to it

            _tip = LogTip.After(chunk.Header);
            _sealed = _tip.Ended;
            if (chunk.Entries.Count > 0)
            {
                var segment = log.SegmentAt(place);
                _segments.Add(segment);
                _cache.Add(segment, chunk);
            }
        }

        _changed.Fire();
    }

    public async IAsyncEnumerable<IReadOnlyList<LogEntry>> FollowAsync(
        long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _changed.Next;
            var (segment, complete) = Behind(afterSeq);
            if (segment is null)
            {
                if (complete) yield break;
                await changed.WaitAsync(cancellationToken);
                continue;
            }

            if (await ReadAsync(segment, cancellationToken) is not { } read) continue;
            if (Behind(read, afterSeq) is { Count: > 0 } lines)
            {
                yield return lines;
                afterSeq = lines[^1].Seq;
            }
            else afterSeq = EndOfGap(segment, afterSeq);
        }
    }

    /// <summary>The lines themselves, whenever all of them are wanted: the same object for all followers.</summary>
    private static IReadOnlyList<LogEntry> Behind(IReadOnlyList<LogEntry> lines, long seq) =>
        lines.Count == 0 || lines[0].Seq > seq ? lines : [.. lines.Where(line => line.Seq > seq)];

    /// <summary>The last line before the next segment: what lay between is lost, and waiting for it would be in vain.</summary>
    private long EndOfGap(LogSegment segment, long seq)
    {
        lock (_gate)
        {
            var index = _segments.IndexOf(segment);
            if (index < 0) return seq; // listed anew meanwhile
            return (index + 1 < _segments.Count ? _segments[index + 1].First : _tip!.Next) - 1;
        }
    }

    /// <summary>The segment with the line behind <paramref name="seq"/>, or whether there will be none.</summary>
    private (LogSegment? Segment, bool Complete) Behind(long seq)
    {
        lock (_gate)
        {
            if (_failure is not null) throw new IOException($"The log of {log.Subject.DeploymentId} cannot be followed.", _failure);
            if (_tip is null) return (null, false);
            if (_segments.Count == 0 || seq >= _tip.Next - 1) return (null, _sealed);
            return (_segments[Math.Max(0, LogMap.IndexOf(_segments, seq + 1))], false);
        }
    }

    /// <returns>Null when it cannot be read now, or not any more: the listing has changed, or some time has passed.</returns>
    private async Task<IReadOnlyList<LogEntry>?> ReadAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        try
        {
            if (await _cache.GetAsync(segment, _stop.Token).WaitAsync(cancellationToken) is { } chunk) return chunk.Entries;
            await LookAgainAsync(segment, cancellationToken);
        }
        catch (IOException failure)
        {
            logger.LogWarning(
                "A follower of {DeploymentId} waits for the object store: {Reason}", log.Subject.DeploymentId, failure.Message);
            await Task.Delay(options.RetryMin, clock, cancellationToken);
        }

        return null;
    }

    private async Task PollAsync(CancellationToken stop)
    {
        try
        {
            for (var emptyPolls = 0; !IsSealed();)
            {
                emptyPolls = await PollOnceAsync(emptyPolls, stop);
                await Task.Delay(emptyPolls > ActivePolls ? options.PollIdle : options.PollActive, clock, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The last follower left.
        }
        catch (Exception failure)
        {
            // Thrown to every follower.
            lock (_gate)
            {
                _failure = failure;
            }

            _changed.Fire();
        }
    }

    /// <returns>How many polls found nothing since one found something.</returns>
    private async Task<int> PollOnceAsync(int emptyPolls, CancellationToken stop)
    {
        try
        {
            if (await FindNewAsync(stop)) return 0;

            // Sealed so quickly that the end of the chain was never seen.
            if (emptyPolls % PollsPerSealCheck == 1 && await log.IsSealedAsync(stop)) await LookAgainAsync(gone: null, stop);
        }
        catch (IOException failure)
        {
            logger.LogWarning("Following {DeploymentId} waits for the object store: {Reason}", log.Subject.DeploymentId, failure.Message);
        }

        return emptyPolls + 1;
    }

    private async Task<bool> FindNewAsync(CancellationToken stop)
    {
        if (Tip() is null) await LookAgainAsync(gone: null, stop);

        var found = false;
        while (Tip() is { Ended: false } tip && await log.ReadNextAsync(tip, stop) is { } chunk)
        {
            Publish(tip, chunk);
            found = true;
        }

        return found;
    }

    /// <summary>Lists the log: at first, and when what was listed is gone because the log was sealed or deleted.</summary>
    /// <param name="gone">What a follower missed: one look serves all who miss the same.</param>
    private async Task LookAgainAsync(LogSegment? gone, CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (gone is not null && !IsListed(gone)) return;

            var map = await log.MapAsync(cancellationToken);
            if (await TipOfAsync(map, cancellationToken) is { } tip) Take(map, tip);
            else if (gone is not null && !map.Segments.Contains(gone)) Drop(gone);
            else await Task.Delay(options.RetryMin, clock, cancellationToken); // being deleted at this moment
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <summary>Where the listed log ends; null when that cannot be told at the moment.</summary>
    private async Task<LogTip?> TipOfAsync(LogMap map, CancellationToken cancellationToken)
    {
        if (map.Sealed)
        {
            var last = map.Segments[^1];
            return LogTip.Start with { Next = last.First + last.Member!.Count, Ended = true };
        }

        if (map.Segments.Count == 0) return LogTip.Start with { Ended = Tip() is not null }; // none yet, or none any more
        if (Tip() is not null) return null;
        return await log.ReadAsync(map.Segments[^1], cancellationToken) is { } chunk ? LogTip.After(chunk.Header) : null;
    }

    private void Take(LogMap map, LogTip tip)
    {
        lock (_gate)
        {
            (_segments, _tip, _sealed) = ([.. map.Segments], tip, tip.Ended);
        }

        _changed.Fire();
    }

    /// <summary>Followers go on behind it.</summary>
    private void Drop(LogSegment lost)
    {
        lock (_gate)
        {
            _segments.Remove(lost);
        }
    }

    private bool IsListed(LogSegment segment)
    {
        lock (_gate)
        {
            return _segments.Contains(segment);
        }
    }

    private LogTip? Tip()
    {
        lock (_gate)
        {
            return _tip;
        }
    }

    private bool IsSealed()
    {
        lock (_gate)
        {
            return _sealed;
        }
    }
}
