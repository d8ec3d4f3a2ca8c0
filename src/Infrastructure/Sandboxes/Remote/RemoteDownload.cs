using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Takes a file's bytes as they come, and no more of them than allowed.</summary>
internal static class RemoteDownload
{
    /// <exception cref="SandboxException">The connection broke before the end.</exception>
    public static async Task CopyAsync(
        HttpResponseMessage answer, Stream destination, long maxBytes, string provider, TimeSpan timeout, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(either.Token);
            var buffer = new byte[64 * 1024];
            long total = 0;
            int read;
            while ((read = await body.ReadAsync(buffer, either.Token)) > 0)
            {
                total += read;
                if (total > maxBytes) throw new ResultTooLargeException();
                await destination.WriteAsync(buffer.AsMemory(0, read), either.Token);
            }
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new SandboxException("SANDBOX_COMMAND_FAILED", $"A file did not come whole from {provider}.", transient: true, e);
        }
    }
}

/// <summary>A stream that is read and not disposed, so that a call can be sent once more.</summary>
internal sealed class Borrowed(Stream stream) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => stream.CanSeek;

    public override bool CanWrite => false;

    public override long Length => stream.Length;

    public override long Position
    {
        get => stream.Position;
        set => stream.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => stream.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        stream.ReadAsync(buffer, cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => stream.Seek(offset, origin);

    public override void Flush()
    {
        // nothing is written
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
