using System.Text;
using Libra.Deploy.Infrastructure.Logs.Redaction;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>The last work on a line before it is kept.</summary>
internal static class LineText
{
    private const string CutMark = " [line cut]";

    /// <summary>Redacts a line, then cuts it to its limit.</summary>
    public static string Finish(string line, Redactor redactor, RedactionState secret, int maxBytes)
    {
        var length = LengthWithin(line, maxBytes);

        // Redacted as a whole, so that a secret over the cut is recognized; what lies behind the cut is dropped with it.
        var text = redactor.Redact(line, secret, length);
        return length < line.Length ? text + CutMark : text;
    }

    private static int LengthWithin(string line, int maxBytes)
    {
        if (line.Length <= maxBytes / 3) return line.Length; // no character of a string needs more than 3 bytes

        var (length, bytes) = (0, 0);
        foreach (var rune in line.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes) return length;
            length += rune.Utf16SequenceLength;
        }

        return line.Length;
    }
}
