using Libra.Deploy.Application.Deployments.Logs;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>Reads pages of a log, one segment at a time.</summary>
internal static class LogReader
{
    private const int Tries = 3;

    // Chunks do not tell what is in them before they are read. A rare filter over a growing log ends its page here instead of
    // reading all of it.
    private const int ChunksPerPage = 128;

    // Characters of all lines of a page, which stays in memory until its reader has taken it. A hundred of the longest lines fit.
    private const int LargestText = 2 << 20;

    public static async Task<LogPage> ReadAsync(StoredLog log, LogQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        for (var tries = 0; tries < Tries; tries++)
        {
            var map = await log.MapAsync(cancellationToken);
            if (await ReadAsync(log, map, query, cancellationToken) is { } page) return page;
        }

        throw new IOException($"The log of {log.Subject.DeploymentId} changed while it was read.");
    }

    /// <summary>Null when a segment is gone: the log was sealed in the meantime, and is to be looked at anew.</summary>
    private static async Task<LogPage?> ReadAsync(StoredLog log, LogMap map, LogQuery query, CancellationToken cancellationToken)
    {
        var entries = new List<LogEntry>(Math.Min(query.Limit, 1000));
        var position = query.Cursor;
        var ended = map.Sealed;
        var (chunks, text) = (0, 0);
        foreach (var segment in InOrder(map, query))
        {
            if (CannotMatch(segment, query)) continue;
            if (segment.Member is null && chunks++ == ChunksPerPage) return new LogPage(entries, position, Complete: false);

            var chunk = await log.ReadAsync(segment, cancellationToken);
            if (chunk is null) return null;

            ended |= chunk.Header.End;
            foreach (var entry in InOrder(chunk.Entries, query))
            {
                if (entries.Count == query.Limit || text >= LargestText) return new LogPage(entries, position, Complete: false);
                position = entry.Seq;
                if (!Matches(entry, query)) continue;

                entries.Add(entry);
                text += entry.Message.Length;
            }
        }

        // More may come behind the last line of a log that grows, and nothing ever before its first.
        return new LogPage(entries, ended || query.Descending ? null : position ?? 0, Complete: ended);
    }

    private static IEnumerable<LogSegment> InOrder(LogMap map, LogQuery query)
    {
        if (!query.Descending)
        {
            if (query.Cursor == long.MaxValue) return [];
            return map.Segments.Skip(query.Cursor is { } after ? LogMap.IndexOf(map.Segments, after + 1) : 0);
        }

        var last = query.Cursor is { } before ? LogMap.IndexOf(map.Segments, before - 1) : map.Segments.Count - 1;
        return map.Segments.Take(last + 1).Reverse();
    }

    private static IEnumerable<LogEntry> InOrder(IReadOnlyList<LogEntry> entries, LogQuery query) => query.Descending
        ? entries.Reverse().Where(entry => query.Cursor is null || entry.Seq < query.Cursor)
        : entries.Where(entry => query.Cursor is null || entry.Seq > query.Cursor);

    private static bool CannotMatch(LogSegment segment, LogQuery query) => segment.Member is { } member
        && (member.Level < query.MinimumLevel || (query.Step is { } step && !member.Steps.Contains(step)));

    private static bool Matches(LogEntry entry, LogQuery query) =>
        (query.Step is null || entry.Step == query.Step) && (query.MinimumLevel is null || entry.Level >= query.MinimumLevel);
}
