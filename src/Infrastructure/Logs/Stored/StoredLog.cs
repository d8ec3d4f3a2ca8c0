using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>
/// One deployment's log as it lies in the object store: a chain of chunks while it grows, one object with an index once it is
/// sealed. A chunk names the place of the next, so the end is found by one read rather than by listing.
/// </summary>
internal sealed class StoredLog(IObjectStore store, LogSubject subject)
{
    private readonly LogKeys _keys = new(subject);

    public LogSubject Subject => subject;

    /// <summary>Lists what there is.</summary>
    public async Task<LogMap> MapAsync(CancellationToken cancellationToken)
    {
        var segments = new List<LogSegment>();
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, _keys.Prefix, cancellationToken))
        {
            if (item.Key == _keys.Sealed) return await SealedMapAsync(cancellationToken); // chunks beside it are left-overs
            if (_keys.FirstOf(item.Key) is { } first) segments.Add(new LogSegment(first, item.Key, Member: null));
        }

        return new LogMap([.. segments.OrderBy(segment => segment.First)], Sealed: false);
    }

    /// <summary>Lines of a segment; null when it is gone, because the log was sealed or deleted since it was listed.</summary>
    public async Task<LogChunk?> ReadAsync(LogSegment segment, CancellationToken cancellationToken)
    {
        if (segment.Member is not { } member) return await ReadChunkAsync(segment.Key, cancellationToken);

        var bytes = await store.ReadRangeAsync(ObjectBucket.Logs, segment.Key, member.Offset, member.Length, cancellationToken);
        if (bytes is null) return null;

        var entries = await LogCodec.DecodeMemberAsync(bytes, member.Count, cancellationToken);
        return new LogChunk(new ChunkHeader(member.First, member.Count, 0, 0, Guid.Empty, 0, Cut: false, End: false), entries);
    }

    /// <summary>The chunk that continues the log at <paramref name="tip"/>; null when there is none.</summary>
    public Task<LogChunk?> ReadNextAsync(LogTip tip, CancellationToken cancellationToken) =>
        ReadChunkAsync(_keys.Chunk(tip), cancellationToken);

    /// <summary>The segment that a chunk at <paramref name="tip"/> is.</summary>
    public LogSegment SegmentAt(LogTip tip) => new(tip.Next, _keys.Chunk(tip), Member: null);

    /// <summary>Adds a chunk at the end.</summary>
    /// <returns>False when another writer was faster there.</returns>
    public async Task<bool> TryAddAsync(LogTip tip, LogChunk chunk, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(LogCodec.EncodeChunk(chunk));
        return await store.PutIfAbsentAsync(ObjectBucket.Logs, _keys.Chunk(tip), content, LogCodec.ContentType, cancellationToken);
    }

    /// <summary>Finds the end of the log.</summary>
    public async Task<LogTip> FindTipAsync(CancellationToken cancellationToken)
    {
        var map = await MapAsync(cancellationToken);
        if (map.Sealed) return LogTip.Start with { Ended = true };

        var tip = LogTip.Start;
        if (map.Segments is [.., var last])
        {
            var chunk = await ReadAsync(last, cancellationToken);
            if (chunk is null) return await FindTipAsync(cancellationToken); // sealed or deleted just now
            tip = LogTip.After(chunk.Header);
        }

        while (!tip.Ended && await ReadNextAsync(tip, cancellationToken) is { } added) tip = LogTip.After(added.Header);
        return tip;
    }

    /// <summary>Notes that the writer which ended at <paramref name="tip"/> had nothing left to ship.</summary>
    public async Task MarkClosedAsync(LogTip tip, CancellationToken cancellationToken)
    {
        using var nothing = new MemoryStream();
        await store.PutAsync(ObjectBucket.Logs, _keys.Closed(tip), nothing, "text/plain", cancellationToken);
    }

    /// <summary>True when the writer that ended at <paramref name="tip"/> closed the log properly.</summary>
    public async Task<bool> IsClosedAsync(LogTip tip, CancellationToken cancellationToken) =>
        await store.HeadAsync(ObjectBucket.Logs, _keys.Closed(tip), cancellationToken) is not null;

    /// <summary>True when the log is one object.</summary>
    public async Task<bool> IsSealedAsync(CancellationToken cancellationToken) =>
        await store.HeadAsync(ObjectBucket.Logs, _keys.Sealed, cancellationToken) is not null;

    /// <summary>Stores the whole log as one object. The index comes first, so that there is one whenever there is the whole.</summary>
    public async Task PutSealedAsync(Stream members, LogIndex index, CancellationToken cancellationToken)
    {
        using var indexContent = new MemoryStream(LogCodec.EncodeIndex(index));
        await store.PutAsync(ObjectBucket.Logs, _keys.Index, indexContent, "application/json", cancellationToken);
        await store.PutAsync(ObjectBucket.Logs, _keys.Sealed, members, LogCodec.ContentType, cancellationToken);
    }

    /// <summary>Removes what a sealed log no longer needs.</summary>
    public async Task DeleteChunksAsync(CancellationToken cancellationToken) =>
        await DeleteAsync(key => key != _keys.Sealed && key != _keys.Index, cancellationToken);

    /// <summary>Objects and bytes that are stored.</summary>
    public async Task<(int Objects, long Bytes)> MeasureAsync(CancellationToken cancellationToken)
    {
        var (objects, bytes) = (0, 0L);
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, _keys.Prefix, cancellationToken))
            (objects, bytes) = (objects + 1, bytes + item.Size);
        return (objects, bytes);
    }

    /// <summary>Removes everything.</summary>
    public Task<(int Objects, long Bytes)> DeleteAsync(CancellationToken cancellationToken) => DeleteAsync(_ => true, cancellationToken);

    private async Task<(int Objects, long Bytes)> DeleteAsync(Func<string, bool> which, CancellationToken cancellationToken)
    {
        var found = new List<ObjectInfo>();
        await foreach (var item in store.ListAsync(ObjectBucket.Logs, _keys.Prefix, cancellationToken))
        {
            if (which(item.Key)) found.Add(item);
        }

        await store.DeleteAsync(ObjectBucket.Logs, [.. found.Select(item => item.Key)], cancellationToken);
        return (found.Count, found.Sum(item => item.Size));
    }

    private async Task<LogMap> SealedMapAsync(CancellationToken cancellationToken)
    {
        await using var content = await store.GetAsync(ObjectBucket.Logs, _keys.Index, cancellationToken)
            ?? throw new InvalidDataException($"The sealed log of {subject.DeploymentId} has no index.");
        var index = await LogCodec.DecodeIndexAsync(content, cancellationToken);
        return new LogMap([.. index.Members.Select(member => new LogSegment(member.First, _keys.Sealed, member))], Sealed: true);
    }

    private async Task<LogChunk?> ReadChunkAsync(string key, CancellationToken cancellationToken)
    {
        await using var content = await store.GetAsync(ObjectBucket.Logs, key, cancellationToken);
        return content is null ? null : await LogCodec.DecodeChunkAsync(content, cancellationToken);
    }
}
