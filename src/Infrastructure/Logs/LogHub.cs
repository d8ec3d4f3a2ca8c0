using System.Runtime.CompilerServices;
using Libra.Deploy.Application.Deployments.Logs;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Logs;

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

    public async IAsyncEnumerable<LogEntry> FollowAsync(long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
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

            foreach (var entry in await ReadAsync(segment, cancellationToken))
            {
                if (entry.Seq <= afterSeq) continue;
                yield return entry;
                afterSeq = entry.Seq;
            }
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

    private async Task<IReadOnlyList<LogEntry>> ReadAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        try
        {
            if (await _cache.GetAsync(segment, _stop.Token).WaitAsync(cancellationToken) is { } chunk) return chunk.Entries;
            await LookAgainAsync(cancellationToken); // the log was sealed or deleted, and its chunks are gone
        }
        catch (IOException failure)
        {
            logger.LogWarning("A follower of {DeploymentId} waits for the object store: {Reason}", log.Subject.DeploymentId, failure.Message);
            await Task.Delay(options.RetryMin, clock, cancellationToken);
        }

        return [];
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
            if (emptyPolls % PollsPerSealCheck == 1 && await log.IsSealedAsync(stop)) await LookAgainAsync(stop);
        }
        catch (IOException failure)
        {
            logger.LogWarning("Following {DeploymentId} waits for the object store: {Reason}", log.Subject.DeploymentId, failure.Message);
        }

        return emptyPolls + 1;
    }

    private async Task<bool> FindNewAsync(CancellationToken stop)
    {
        if (Tip() is null) await LookAgainAsync(stop);

        var found = false;
        while (Tip() is { Ended: false } tip && await log.ReadNextAsync(tip, stop) is { } chunk)
        {
            Publish(tip, chunk);
            found = true;
        }

        return found;
    }

    /// <summary>Lists the log: at first, and when what was listed is gone.</summary>
    private async Task LookAgainAsync(CancellationToken cancellationToken)
    {
        var map = await log.MapAsync(cancellationToken);
        var tip = LogTip.Start;
        if (map.Sealed)
            tip = tip with { Next = map.Segments[^1].First + map.Segments[^1].Member!.Count, Ended = true };
        else if (Tip() is not null)
            tip = tip with { Ended = map.Segments.Count == 0 }; // deleted, or about to be sealed or deleted
        else if (map.Segments is [.., var last] && await log.ReadAsync(last, cancellationToken) is { } chunk)
            tip = LogTip.After(chunk.Header);
        else if (map.Segments.Count > 0)
            return; // it went just now: the next poll looks again

        lock (_gate)
        {
            if (_sealed || (_tip is not null && !tip.Ended)) return;
            (_segments, _tip, _sealed) = ([.. map.Segments], tip, tip.Ended);
        }

        _changed.Fire();
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
