using Amazon.S3.Model;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>The body of an object; holds its connection until disposed, and fails when it ends before its announced length.</summary>
/// <param name="patience">How long to wait for the next bytes: a connection that fell silent would else never end.</param>
internal sealed class S3ReadStream(GetObjectResponse response, string key, TimeSpan patience) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => response.ContentLength;

    public override long Position { get => _read; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) =>
        Count(response.ResponseStream.Read(buffer, offset, count), count);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await S3Failure.TranslateAsync(
            $"read {key}", patience, token => response.ResponseStream.ReadAsync(buffer, token).AsTask(), cancellationToken);
        return Count(read, buffer.Length);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) response.Dispose();
        base.Dispose(disposing);
    }

    private int Count(int read, int asked)
    {
        _read += read;
        if (read == 0 && asked > 0 && _read < response.ContentLength)
            throw new ObjectStoreException($"The object store sent {_read} of {response.ContentLength} bytes of {key}.");
        return read;
    }
}
