using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Upload;

/// <summary>The content of one part of a form; can be written more than once.</summary>
internal interface IPartBody
{
    long Length { get; }

    Task WriteAsync(Stream stream, CancellationToken cancellationToken);
}

/// <summary>A short text.</summary>
internal sealed class TextBody(string text) : IPartBody
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    public long Length => _bytes.Length;

    public Task WriteAsync(Stream stream, CancellationToken cancellationToken) => stream.WriteAsync(_bytes, cancellationToken).AsTask();
}

/// <summary>A file as it is, or as one line of base64; of either only a block is in memory.</summary>
/// <param name="size">What the artifact says; a file of another size is not sent.</param>
internal sealed class FileBody(string path, long size, bool base64) : IPartBody
{
    private const int BlockBytes = 48 << 10; // a multiple of 3, so that only the last block has padding

    public long Length => base64 ? (size + 2) / 3 * 4 : size;

    /// <exception cref="InvalidDataException">The file cannot be read, or not as the artifact says.</exception>
    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await using var file = Open();
        var block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        var encoded = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(BlockBytes));
        try
        {
            for (var left = size; left > 0;)
            {
                var read = await ReadAsync(file, block.AsMemory(0, (int)Math.Min(BlockBytes, left)), cancellationToken);
                left -= read;
                await stream.WriteAsync(base64 ? Encode(block.AsSpan(0, read), encoded) : block.AsMemory(0, read), cancellationToken);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            ArrayPool<byte>.Shared.Return(encoded);
        }
    }

    private static ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> block, byte[] encoded)
    {
        Base64.EncodeToUtf8(block, encoded, out _, out var written);
        return encoded.AsMemory(0, written);
    }

    // Told apart from a broken connection, which looks the same from outside and may be tried again.
    private FileStream Open()
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            if (file.Length == size) return file;
            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException("A file of the artifact cannot be read.", e);
        }

        throw new InvalidDataException("A file of the artifact has another size than its manifest says.");
    }

    private static async Task<int> ReadAsync(FileStream file, Memory<byte> block, CancellationToken cancellationToken)
    {
        try
        {
            await file.ReadExactlyAsync(block, cancellationToken);
            return block.Length;
        }
        catch (IOException e)
        {
            throw new InvalidDataException("A file of the artifact cannot be read.", e);
        }
    }
}
