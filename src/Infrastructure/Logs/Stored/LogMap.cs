namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>A part of a log that is read as one: a chunk, or a member of the sealed object.</summary>
/// <param name="First">Number of its first line.</param>
/// <param name="Member">Null for a chunk.</param>
internal sealed record LogSegment(long First, string Key, LogMember? Member);

/// <summary>The parts of a log in order.</summary>
internal sealed record LogMap(IReadOnlyList<LogSegment> Segments, bool Sealed)
{
    /// <summary>Position of the segment that holds the line, or would; -1 when the line comes before all.</summary>
    public static int IndexOf(IReadOnlyList<LogSegment> segments, long seq)
    {
        var (low, high) = (0, segments.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].First <= seq) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }
}
