using System.Buffers;
using System.Text;
using Libra.Deploy.Infrastructure.Logs.Redaction;

namespace Libra.Deploy.Infrastructure.Logs;

/// <summary>
/// Cuts a command's raw output into lines. Characters and line ends may be split between pieces; a carriage return rewrites
/// the line, as progress bars do; bytes that are not UTF-8 and NULs become U+FFFD.
/// </summary>
internal sealed class OutputLines(int maxLineBytes)
{
    // Kept beyond the limit, so that a secret which begins before it is still seen whole. No shape of secret is longer.
    private const int Slack = 8192;

    private static readonly SearchValues<char> Special = SearchValues.Create("\n\r\0");

    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder _line = new();
    private readonly int _keep = maxLineBytes + Slack;
    private bool _returned;

    /// <summary>What of a secret over several lines is still open in this output.</summary>
    public RedactionState Secret { get; } = new();

    /// <summary>Takes a piece; gives the lines that it finishes.</summary>
    public IReadOnlyList<string> Append(ReadOnlySpan<byte> piece)
    {
        var chars = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(piece.Length));
        try
        {
            var lines = new List<string>();
            Cut(chars.AsSpan(0, _decoder.GetChars(piece, chars, flush: false)), lines);
            return lines;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(chars, clearArray: true); // it held what is not redacted yet
        }
    }

    /// <summary>Ends the output; gives what stands without a line end, or null.</summary>
    public string? End()
    {
        var lines = new List<string>();
        Span<char> rest = stackalloc char[4];
        Cut(rest[.._decoder.GetChars([], rest, flush: true)], lines);
        return _line.Length == 0 ? null : Take();
    }

    private void Cut(ReadOnlySpan<char> text, List<string> lines)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny(Special);
            Keep(end < 0 ? text : text[..end]);
            if (end < 0) return;

            switch (text[end])
            {
                case '\n':
                    lines.Add(Take());
                    break;
                case '\r':
                    _returned = true; // decided by what comes next: a line end, or other text over this line
                    break;
                default:
                    Keep("\uFFFD");
                    break;
            }

            text = text[(end + 1)..];
        }
    }

    private void Keep(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        if (_returned) _line.Clear();
        _returned = false;
        _line.Append(text[..Math.Min(text.Length, _keep - _line.Length)]);
    }

    private string Take()
    {
        var line = _line.ToString();
        _line.Clear();
        _returned = false;
        return line;
    }
}
