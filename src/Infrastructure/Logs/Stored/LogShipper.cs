using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>
/// Numbers lines and puts them at the end of the stored log. Two writers of one log compete for the key of the next chunk: the
/// loser, if it holds the higher token, goes on behind the winner's chunk; if the lower one, it stops.
/// </summary>
internal sealed class LogShipper(StoredLog log, LogTip tip, int attempt, long token, Action<LogTip, LogChunk> stored)
{
    private readonly Guid _writer = Guid.NewGuid();

    public DeploymentId DeploymentId => log.Subject.DeploymentId;

    /// <summary>The end of the log as this writer knows it.</summary>
    public LogTip Tip { get; private set; } = tip;

    /// <summary>Stores the lines as one chunk. When it throws it can be called again with the same lines.</summary>
    /// <exception cref="LogWriterSupersededException">A newer writer has the log, or it is sealed.</exception>
    public async Task ShipAsync(IReadOnlyList<LogEntry> lines, bool cut, CancellationToken cancellationToken)
    {
        while (true)
        {
            var chunk = Number(lines, cut);
            if (await log.TryAddAsync(Tip, chunk, cancellationToken))
            {
                Advance(chunk);
                return;
            }

            var found = await log.ReadNextAsync(Tip, cancellationToken)
                ?? throw new IOException($"The place of the next chunk of {DeploymentId} is taken, but empty."); // being written or deleted

            // Put by an earlier try of ours whose answer got lost: the same lines, for they are asked for again unchanged.
            var ours = found.Header.Writer == _writer;
            if (!ours) ThrowIfNewer(found.Header);
            Advance(found);
            if (ours) return;
        }
    }

    public Task MarkClosedAsync(CancellationToken cancellationToken) => log.MarkClosedAsync(Tip, cancellationToken);

    private void Advance(LogChunk chunk)
    {
        var place = Tip;
        Tip = LogTip.After(chunk.Header);
        stored(place, chunk);
    }

    private void ThrowIfNewer(ChunkHeader found)
    {
        if (found.End)
            throw new LogWriterSupersededException($"The log of {DeploymentId} is sealed.");
        if (found.Token > token)
            throw new LogWriterSupersededException($"A newer worker (attempt {found.Attempt}) writes the log of {DeploymentId}.");
    }

    private LogChunk Number(IReadOnlyList<LogEntry> lines, bool cut)
    {
        var first = Tip.Next;
        var entries = new LogEntry[lines.Count];
        for (var i = 0; i < entries.Length; i++) entries[i] = lines[i] with { Seq = first + i };

        var bytes = Tip.Bytes + lines.Sum(LogBuffer.Size);
        return new LogChunk(
            new ChunkHeader(first, entries.Length, attempt, token, _writer, bytes, cut || Tip.Cut, End: false), entries);
    }
}
