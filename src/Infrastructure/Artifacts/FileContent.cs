using System.Buffers;
using System.Security.Cryptography;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>Writes files and knows them by SHA-256 in the same pass.</summary>
internal static class FileContent
{
    private const int BufferSize = 128 << 10;

    public delegate ValueTask<int> Source(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes a new file and the folders above it; a file that is there already is an error.</summary>
    public static async Task<(string Sha256, long Size)> WriteAsync(string path, Source source, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // No buffer inside the stream: ours is larger.
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            long size = 0;
            int read;
            while ((read = await source(buffer.AsMemory(0, BufferSize), cancellationToken)) > 0)
            {
                hash.AppendData(buffer, 0, read);
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                size += read;
            }

            return (Convert.ToHexStringLower(hash.GetHashAndReset()), size);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Reads from memory as from a file.</summary>
internal sealed class MemorySource(ReadOnlyMemory<byte> content)
{
    private int _at;

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var next = content.Slice(_at, Math.Min(buffer.Length, content.Length - _at));
        next.CopyTo(buffer);
        _at += next.Length;
        return ValueTask.FromResult(next.Length);
    }
}
