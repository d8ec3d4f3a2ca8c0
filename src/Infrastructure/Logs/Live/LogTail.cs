namespace Libra.Deploy.Infrastructure.Logs.Live;

/// <summary>The last lines of a step, kept for error excerpts even when the log itself is full.</summary>
internal sealed class LogTail
{
    private const int Kept = 200;
    private readonly Queue<string> _lines = new(Kept);

    public void Add(string line)
    {
        if (_lines.Count == Kept) _lines.Dequeue();
        _lines.Enqueue(line);
    }

    public IReadOnlyList<string> Last(int lines) => [.. _lines.TakeLast(lines)];
}
