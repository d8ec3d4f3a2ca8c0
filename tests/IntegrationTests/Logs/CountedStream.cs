using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>What a reader of a live log got, counted without keeping it.</summary>
/// <param name="Lines">Numbered 1, 2, 3 … without a hole or a double: anything else fails.</param>
internal sealed record CountedStream(long Lines, long Bytes, bool Ended)
{
    public static async Task<CountedStream> ReadAsync(HttpClient client, string address, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var reader = PipeReader.Create(
            await answer.Content.ReadAsStreamAsync(cancellationToken), new StreamPipeReaderOptions(bufferSize: 256 << 10));
        var (lines, bytes, ended) = (0L, 0L, false);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var unread = Take(read.Buffer, ref lines, ref ended);
            bytes += read.Buffer.Length - unread.Length;
            reader.AdvanceTo(unread.Start, unread.End);
            if (read.IsCompleted) return new CountedStream(lines, bytes, ended);
        }
    }

    private static ReadOnlySequence<byte> Take(ReadOnlySequence<byte> buffer, ref long lines, ref bool ended)
    {
        var text = new SequenceReader<byte>(buffer);
        while (text.TryReadTo(out ReadOnlySpan<byte> line, (byte)'\n'))
        {
            ended |= line.SequenceEqual("event: end"u8);
            if (!line.StartsWith("id: "u8)) continue;
            if (!Utf8Parser.TryParse(line[4..], out long seq, out _) || seq != lines + 1)
                throw new InvalidDataException($"Line {lines + 1} comes next, not {seq}.");
            lines = seq;
        }

        return text.UnreadSequence;
    }
}
