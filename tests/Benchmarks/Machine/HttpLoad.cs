using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>
/// Sends prepared requests over kept connections and reads the answers, with as little work of its own as possible: it shares
/// the processors with the server.
/// </summary>
internal sealed class HttpLoad(int port, string token)
{
    /// <summary>
    /// Sends the requests 0 to <paramref name="count"/> over that many connections, each as soon as its connection is free.
    /// </summary>
    public async Task<LoadResult> RunAsync(int connections, int count, Func<int, (string Method, string Path, string? Body)> request)
    {
        var latencies = new double[count];
        var next = -1;
        var refused = 0;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port);
            var answer = new AnswerReader(socket);
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                var bytes = Bytes(request(i));
                var sent = Stopwatch.GetTimestamp();
                await socket.SendAsync(bytes);
                var status = await answer.ReadAsync();
                latencies[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
                if (status is < 200 or > 399) Interlocked.Increment(ref refused);
            }
        })));
        return new LoadResult(count, refused, watch.Elapsed, latencies);
    }

    private byte[] Bytes((string Method, string Path, string? Body) request)
    {
        var body = request.Body ?? "";
        var type = body.Length > 0 ? "Content-Type: application/json\r\n" : "";
        return Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{request.Method} {request.Path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            + $"{type}Content-Length: {body.Length}\r\n\r\n{body}"));
    }

    /// <summary>Finds the ends of answers: by their length, or by the last chunk.</summary>
    private sealed class AnswerReader(Socket socket)
    {
        private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();
        private byte[] _buffer = new byte[64 * 1024];

        public async Task<int> ReadAsync()
        {
            var (filled, headers) = (0, -1);
            while (true)
            {
                if (filled == _buffer.Length) Array.Resize(ref _buffer, filled * 2);
                var got = await socket.ReceiveAsync(_buffer.AsMemory(filled));
                if (got == 0) throw new IOException("The server closed the connection.");
                filled += got;
                if (headers < 0) headers = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
                if (headers >= 0 && IsComplete(_buffer.AsSpan(0, filled), headers)) return Status(_buffer);
            }
        }

        private static bool IsComplete(ReadOnlySpan<byte> answer, int headers)
        {
            var status = Status(answer);
            if (status is 204 or 304) return true;
            var text = Encoding.ASCII.GetString(answer[..headers]);
            var at = text.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase);
            if (at < 0) return answer[(headers + 4)..].EndsWith(LastChunk);
            var end = text.IndexOf('\r', at);
            var length = int.Parse(end < 0 ? text[(at + 16)..] : text[(at + 16)..end], CultureInfo.InvariantCulture);
            return answer.Length >= headers + 4 + length;
        }

        private static int Status(ReadOnlySpan<byte> answer) =>
            int.Parse(Encoding.ASCII.GetString(answer.Slice(9, 3)), CultureInfo.InvariantCulture);
    }
}

/// <summary>What came of a load.</summary>
/// <param name="Refused">Answers that were neither 2xx nor 3xx.</param>
/// <param name="Milliseconds">Of each request.</param>
internal sealed record LoadResult(int Requests, int Refused, TimeSpan Elapsed, double[] Milliseconds)
{
    public double PerSecond => Requests / Elapsed.TotalSeconds;

    public double Percentile(double share) => Percentiles.Of(Milliseconds, share);
}
