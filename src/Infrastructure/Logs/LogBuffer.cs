using System.Globalization;
using System.Text;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Infrastructure.Logs.Stored;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>Lines that wait to be shipped, and the limits of a log. Not safe for use by several threads at once.</summary>
internal sealed class LogBuffer(LogTip tip, DeploymentLogOptions options)
{
    private const int SystemReserve = 1000;
    private const int LinesPerChunk = 4000; // a line costs its readers' node a few hundred bytes, however short it is

    private readonly Queue<LogEntry> _waiting = new();
    private LogTip _tip = tip;
    private List<LogEntry> _taken = [];

    /// <summary>UTF-8 bytes of the lines that are not stored yet.</summary>
    public long Bytes { get; private set; }

    /// <summary>Lines added since the log was opened.</summary>
    public long Added { get; private set; }

    /// <summary>Those of them that are stored.</summary>
    public long Shipped => Added - Waiting;

    public int Waiting => _waiting.Count + _taken.Count;

    /// <summary>True when nothing waits to be taken.</summary>
    public bool IsEmpty => _waiting.Count == 0;

    /// <summary>True when the log has reached its limit, and output is dropped.</summary>
    public bool IsCut { get; private set; } = tip.Cut;

    private long Lines => _tip.Next - 1 + Waiting;

    /// <summary>Adds a line, or drops it when the log is full; the first one dropped leaves a line that says so.</summary>
    public void Add(LogEntry entry)
    {
        if (entry.Stream == LogStream.System)
        {
            if (Lines < options.MaxLines + SystemReserve) Enqueue(entry);
        }
        else if (!IsCut)
        {
            if (Lines < options.MaxLines && _tip.Bytes + Bytes + Size(entry) <= options.MaxBytes)
            {
                Enqueue(entry);
                return;
            }

            IsCut = true;
            Enqueue(entry with { Stream = LogStream.System, Level = LogLevel.Warn, Message = CutMessage() });
        }
    }

    /// <summary>The next lines to ship, at most a chunk's worth; they count as waiting until <see cref="Remove"/>.</summary>
    public IReadOnlyList<LogEntry> Take()
    {
        _taken = [];
        for (long bytes = 0; bytes < options.ChunkBytes && _taken.Count < LinesPerChunk && _waiting.TryDequeue(out var entry);)
        {
            _taken.Add(entry);
            bytes += Size(entry);
        }

        return _taken;
    }

    /// <summary>Forgets what was taken: it is stored, and the log ends at <paramref name="tip"/>.</summary>
    public void Remove(LogTip tip)
    {
        Bytes -= _taken.Sum(Size);
        _taken = [];
        _tip = tip;
        IsCut |= tip.Cut;
    }

    /// <summary>What a line counts against the limits.</summary>
    public static long Size(LogEntry entry) => Encoding.UTF8.GetByteCount(entry.Message) + 1;

    private void Enqueue(LogEntry entry)
    {
        _waiting.Enqueue(entry);
        Bytes += Size(entry);
        Added++;
    }

    private string CutMessage() => string.Create(
        CultureInfo.InvariantCulture,
        $"The log is full ({options.MaxLines:n0} lines or {options.MaxBytes >> 20} MiB): output from here on is not kept.");
}
