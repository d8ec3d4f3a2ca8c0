using Libra.Deploy.Application.Deployments.Logs;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>What the first line of a stored chunk says about it.</summary>
/// <param name="First">Number of its first line.</param>
/// <param name="Token">Fencing token of the writer.</param>
/// <param name="Writer">Which opening of the log wrote it, so that a writer knows its own chunk after a lost answer.</param>
/// <param name="Bytes">UTF-8 bytes of all lines up to its end.</param>
/// <param name="Cut">True when the log has reached its limit.</param>
/// <param name="End">True for the last chunk, which has no lines and ends the log for good.</param>
internal sealed record ChunkHeader(long First, int Count, int Attempt, long Token, Guid Writer, long Bytes, bool Cut, bool End);

/// <summary>Lines that were shipped together.</summary>
internal sealed record LogChunk(ChunkHeader Header, IReadOnlyList<LogEntry> Entries);

/// <summary>The end of a log: where its next line goes.</summary>
/// <param name="Attempt">Attempt of the line before.</param>
/// <param name="Next">Number of the next line.</param>
internal sealed record LogTip(int Attempt, long Next, long Token, long Bytes, bool Cut, bool Ended)
{
    /// <summary>Before the first line.</summary>
    public static readonly LogTip Start = new(1, 1, long.MinValue, 0, Cut: false, Ended: false);

    public static LogTip After(ChunkHeader chunk) =>
        new(chunk.Attempt, chunk.First + chunk.Count, chunk.Token, chunk.Bytes, chunk.Cut, chunk.End);
}
