using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>Joins a log's chunks into one object. Every step can be repeated, also after a crash in the middle.</summary>
internal static class LogSealer
{
    private const int LinesPerMember = 1000;
    private const long BytesPerMember = 256 << 10;

    // Above every lease's, so that a writer which finds it stops.
    private const long LastToken = long.MaxValue;

    /// <param name="stored">Told of each chunk that this adds.</param>
    /// <param name="now">When the line that says where output may be missing was written, if one has to be.</param>
    public static async Task SealAsync(
        StoredLog log, Action<LogTip, LogChunk> stored, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await log.IsSealedAsync(cancellationToken))
        {
            await EndAsync(log, stored, now, cancellationToken);
            await JoinAsync(log, cancellationToken);
        }

        await log.DeleteChunksAsync(cancellationToken);
    }

    /// <summary>Takes the place of the next chunk, so that no writer can add one.</summary>
    private static async Task EndAsync(
        StoredLog log, Action<LogTip, LogChunk> stored, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            var tip = await log.FindTipAsync(cancellationToken);
            if (tip.Ended) return;

            var known = tip == LogTip.Start || tip.Token == LastToken || await log.IsClosedAsync(tip, cancellationToken);
            var chunk = known ? EndAt(tip) : MarkAt(tip, now);
            if (await log.TryAddAsync(tip, chunk, cancellationToken)) stored(tip, chunk); // else a writer's last chunk came between
        }
    }

    private static LogChunk EndAt(LogTip tip) =>
        new(new ChunkHeader(tip.Next, 0, tip.Attempt, LastToken, Guid.Empty, tip.Bytes, tip.Cut, End: true), []);

    private static LogChunk MarkAt(LogTip tip, DateTimeOffset now)
    {
        var mark = new LogEntry(
            tip.Next, now, LogLevel.Warn, null, LogStream.System, $"The worker {LogWriter.StoppedUnclosed}", tip.Attempt);
        return new(
            new ChunkHeader(tip.Next, 1, tip.Attempt, LastToken, Guid.Empty, tip.Bytes + LogBuffer.Size(mark), tip.Cut, End: false),
            [mark]);
    }

    /// <summary>Puts the whole in place, unless another sealer has.</summary>
    private static async Task JoinAsync(StoredLog log, CancellationToken cancellationToken)
    {
        var map = await log.MapAsync(cancellationToken);
        if (map.Sealed) return;

        await using var whole = TemporaryStream.Open();
        var members = new MemberWriter(whole);
        var ended = false;
        foreach (var segment in map.Segments)
        {
            var chunk = await log.ReadAsync(segment, cancellationToken);
            if (chunk is null && await log.IsSealedAsync(cancellationToken)) return;
            if (chunk?.Header.First != members.Next)
                throw new InvalidDataException($"The log of {log.Subject.DeploymentId} has a hole at line {members.Next}.");

            foreach (var entry in chunk.Entries) await members.AddAsync(entry, cancellationToken);
            ended = chunk.Header.End;
        }

        // A list that was made while another sealer put the whole and removed the chunks may show neither: what it shows must not
        // take the whole's place.
        if (!ended && await log.IsSealedAsync(cancellationToken)) return;
        if (!ended) throw new InvalidDataException($"The log of {log.Subject.DeploymentId} has no end after line {members.Next - 1}.");

        var index = await members.EndAsync(cancellationToken);
        whole.Position = 0;
        await log.PutSealedAsync(whole, index, cancellationToken);
    }

    /// <summary>Packs entries into gzip members of about equal size and notes where each is.</summary>
    private sealed class MemberWriter(Stream target)
    {
        private readonly List<LogMember> _members = [];
        private readonly List<LogEntry> _entries = [];
        private long _bytes;

        public long Next { get; private set; } = 1;

        public async ValueTask AddAsync(LogEntry entry, CancellationToken cancellationToken)
        {
            _entries.Add(entry);
            _bytes += LogBuffer.Size(entry);
            Next = entry.Seq + 1;
            if (_entries.Count >= LinesPerMember || _bytes >= BytesPerMember) await WriteAsync(cancellationToken);
        }

        public async Task<LogIndex> EndAsync(CancellationToken cancellationToken)
        {
            if (_entries.Count > 0 || _members.Count == 0) await WriteAsync(cancellationToken);
            return new LogIndex(_members);
        }

        private async Task WriteAsync(CancellationToken cancellationToken)
        {
            var bytes = LogCodec.EncodeMember(_entries);
            _members.Add(new LogMember(
                Next - _entries.Count,
                _entries.Count,
                target.Position,
                bytes.Length,
                _entries.Select(entry => entry.Level).DefaultIfEmpty().Max(),
                [.. _entries.Select(entry => entry.Step).OfType<Domain.Deployments.DeploymentStep>().Distinct()]));
            await target.WriteAsync(bytes, cancellationToken);
            _entries.Clear();
            _bytes = 0;
        }
    }
}
