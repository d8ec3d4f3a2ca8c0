using System.Text;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Reads what a process prints, line by line, and remembers the last lines; an endless line costs no memory.</summary>
internal sealed class OutputTail
{
    private const int KeptLines = 20;
    private const int LongestLine = 500;

    private readonly Queue<string> _last = new();

    /// <summary>Reads to the end of the output.</summary>
    public async Task ReadAsync(TextReader output, Action<string> onLine)
    {
        var buffer = new char[4096];
        var line = new StringBuilder();
        int read;
        while ((read = await output.ReadAsync(buffer)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                if (buffer[i] == '\n') Take(line, onLine);
                else if (line.Length < LongestLine && buffer[i] != '\r') line.Append(buffer[i]);
            }
        }

        if (line.Length > 0) Take(line, onLine);
    }

    /// <inheritdoc />
    public override string ToString()
    {
        lock (_last) return string.Join('\n', _last);
    }

    private void Take(StringBuilder line, Action<string> onLine)
    {
        if (line.Length > 0 && char.IsHighSurrogate(line[^1])) line.Length--; // a long line was cut in the middle of a character
        var text = line.ToString();
        line.Clear();
        lock (_last)
        {
            _last.Enqueue(text);
            if (_last.Count > KeptLines) _last.Dequeue();
        }

        onLine(text);
    }
}
