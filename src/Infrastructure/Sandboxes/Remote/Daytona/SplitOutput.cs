using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;

/// <summary>
/// Takes Daytona's one stream apart: three bytes of 1 start what went to stdout, three bytes of 2 what went to stderr. A mark may be split
/// over frames. A program can print marks itself, so that which of the two a line came from is only what it says.
/// </summary>
internal sealed class SplitOutput
{
    private const int MarkLength = 3;

    private SandboxStream _stream = SandboxStream.Stdout;
    private byte[] _kept = [];

    /// <summary>What is certain of a frame and of what was kept of the one before.</summary>
    public IReadOnlyList<(SandboxStream Stream, ReadOnlyMemory<byte> Data)> Take(ReadOnlyMemory<byte> frame)
    {
        ReadOnlyMemory<byte> all = _kept.Length == 0 ? frame : (byte[])[.. _kept, .. frame.Span];
        var pieces = new List<(SandboxStream, ReadOnlyMemory<byte>)>();
        var start = 0;
        for (var at = 0; at + MarkLength <= all.Length;)
        {
            if (MarkAt(all.Span[at..]) is not { } next)
            {
                at++;
                continue;
            }

            if (at > start) pieces.Add((_stream, all[start..at]));
            _stream = next;
            start = at += MarkLength;
        }

        // The last bytes may be the beginning of a mark.
        var kept = Beginning(all.Span[start..]);
        if (all.Length - kept > start) pieces.Add((_stream, all[start..^kept]));
        _kept = all[^kept..].ToArray();
        return pieces;
    }

    /// <summary>What was kept and turned out to be no mark.</summary>
    public (SandboxStream Stream, ReadOnlyMemory<byte> Data) Rest() => (_stream, _kept);

    private static SandboxStream? MarkAt(ReadOnlySpan<byte> bytes) => (bytes[0], bytes[1], bytes[2]) switch
    {
        (1, 1, 1) => SandboxStream.Stdout,
        (2, 2, 2) => SandboxStream.Stderr,
        _ => null,
    };

    private static int Beginning(ReadOnlySpan<byte> bytes)
    {
        var kept = 0;
        while (kept < MarkLength - 1 && kept < bytes.Length && bytes[^(kept + 1)] is (1 or 2) && bytes[^(kept + 1)] == bytes[^1]) kept++;
        return kept;
    }
}
