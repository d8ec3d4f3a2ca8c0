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
        var reader = PipeReader.Create(await answer.Content.ReadAsStreamAsync(cancellationToken), new StreamPipeReaderOptions(bufferSize: 256 << 10));
        var counted = new CountedStream(0, 0, Ended: false);
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            var (unread, next) = Take(read.Buffer, counted);
            counted = next with { Bytes = next.Bytes + read.Buffer.Length - unread.Length };
            reader.AdvanceTo(unread.Start, unread.End);
            if (read.IsCompleted) return counted;
        }
    }

    private static (ReadOnlySequence<byte> Unread, CountedStream Counted) Take(ReadOnlySequence<byte> buffer, CountedStream counted)
    {
        var lines = new SequenceReader<byte>(buffer);
        while (lines.TryReadTo(out ReadOnlySpan<byte> line, (byte)'\n')) counted = counted.With(line);
        return (lines.UnreadSequence, counted);
    }

    private CountedStream With(ReadOnlySpan<byte> line)
    {
        if (line.SequenceEqual("event: end"u8)) return this with { Ended = true };
        if (!line.StartsWith("id: "u8)) return this;

        (Utf8Parser.TryParse(line[4..], out long seq, out _) && seq == Lines + 1).Should().BeTrue("line {0} comes next", Lines + 1);
        return this with { Lines = seq };
    }
}
