namespace Libra.Deploy.IntegrationTests.Storage;

/// <summary>Content as it comes from a network: no length, no seeking, small pieces, and it may break off.</summary>
internal sealed class PiecewiseStream(byte[] content, int? breakAfter = null) : Stream
{
    private const int Piece = 30_000;
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_position >= breakAfter) throw new IOException("The content broke off.");

        var length = Math.Min(Math.Min(count, Piece), content.Length - _position);
        content.AsSpan(_position, length).CopyTo(buffer.AsSpan(offset));
        _position += length;
        return length;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
