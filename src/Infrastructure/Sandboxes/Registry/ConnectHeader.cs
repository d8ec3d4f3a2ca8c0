using System.Buffers;
using System.Text;

namespace Libra.Deploy.Infrastructure.Sandboxes.Registry;

/// <summary>The header with which a tunnel begins, on either side of it.</summary>
internal static class ConnectHeader
{
    private const int MaxBytes = 8 * 1024;

    /// <summary>
    /// Reads the whole header, one byte at a time so that nothing behind it is taken from the tunnel, and gives its first line.
    /// </summary>
    public static async Task<string> ReadFirstLineAsync(Stream stream, CancellationToken cancellationToken)
    {
        var header = new ArrayBufferWriter<byte>(256);
        while (!header.WrittenSpan.EndsWith("\r\n\r\n"u8))
        {
            if (header.WrittenCount == MaxBytes) throw new IOException("The header is too long.");
            if (await stream.ReadAsync(header.GetMemory(1)[..1], cancellationToken) == 0)
                throw new IOException("The other side closed before its header was whole.");
            header.Advance(1);
        }

        var text = Encoding.ASCII.GetString(header.WrittenSpan);
        return text[..text.IndexOf('\r', StringComparison.Ordinal)];
    }
}
