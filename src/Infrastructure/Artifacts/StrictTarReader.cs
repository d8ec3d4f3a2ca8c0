using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>One file or folder of a tar.</summary>
internal sealed record TarItem(string Path, bool IsFolder, long Size);

/// <summary>
/// Reads the plain part of the tar format (ustar, pax, GNU) and refuses everything else by an <see cref="InvalidDataException"/> whose
/// message is a sentence for the user. Extended headers are bounded, which the framework's own reader does not do: one entry of a
/// hostile tar could make it allocate 2 GB.
/// </summary>
internal sealed class StrictTarReader(Stream tar)
{
    private const int BlockSize = 512;
    private const int LongestExtendedHeader = 16 << 10;

    // Throws on bytes that are not UTF-8, so that two names never become one by replacement characters.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] _block = new byte[BlockSize];
    private long _remaining;
    private long _padding;

    /// <summary>The next entry; null at the end. What was not read of the entry before is skipped.</summary>
    public async Task<TarItem?> NextAsync(CancellationToken cancellationToken)
    {
        string? longName = null;
        long? paxSize = null;
        while (true)
        {
            await SkipAsync(_remaining + _padding, cancellationToken);
            await ReadBlockAsync(cancellationToken);
            if (!_block.AsSpan().ContainsAnyExcept((byte)0)) return null;

            CheckSum();
            var name = longName ?? HeaderName();
            var size = paxSize ?? Octal(_block.AsSpan(124, 12));
            var type = (char)_block[156];
            SetRemaining(size);
            switch (type)
            {
                case '0' or '\0':
                    return new TarItem(name, name.EndsWith('/'), size);
                case '5':
                    return size == 0
                        ? new TarItem(name, true, 0)
                        : throw new InvalidDataException($"The folder '{name}' of the build result has content.");
                case 'x':
                    (longName, paxSize) = ReadPax(await ReadExtendedAsync(size, cancellationToken), longName);
                    break;
                case 'g':
                    _ = ReadPax(await ReadExtendedAsync(size, cancellationToken), null); // global times and comments mean nothing here
                    break;
                case 'L':
                    longName = Decode(TrimNul(await ReadExtendedAsync(size, cancellationToken)));
                    break;
                default:
                    throw new InvalidDataException(
                        $"'{name}' in the build result is {Kind(type)}; only plain files and folders are allowed.");
            }
        }
    }

    /// <summary>Reads on in the present entry; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_remaining == 0) return 0;
        var read = await tar.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _remaining)], cancellationToken);
        if (read == 0) throw Truncated();
        _remaining -= read;
        return read;
    }

    private void SetRemaining(long size) => (_remaining, _padding) = (size, (BlockSize - size % BlockSize) % BlockSize);

    private async Task SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            var read = await tar.ReadAsync(_block.AsMemory(0, (int)Math.Min(BlockSize, count)), cancellationToken);
            if (read == 0) throw Truncated();
            count -= read;
        }

        SetRemaining(0);
    }

    private async Task ReadBlockAsync(CancellationToken cancellationToken)
    {
        if (await tar.ReadAtLeastAsync(_block, BlockSize, throwOnEndOfStream: false, cancellationToken) < BlockSize) throw Truncated();
    }

    private async Task<byte[]> ReadExtendedAsync(long size, CancellationToken cancellationToken)
    {
        if (size > LongestExtendedHeader)
            throw new InvalidDataException(
                $"The build result has an extended header of {size} bytes; at most {LongestExtendedHeader} are allowed.");
        var content = new byte[size];
        for (var at = 0; at < content.Length;) at += await ReadAsync(content.AsMemory(at), cancellationToken);
        return content;
    }

    private void CheckSum()
    {
        var sum = 8 * ' ';
        for (var i = 0; i < BlockSize; i++)
            if (i is < 148 or >= 156) sum += _block[i];
        if (Octal(_block.AsSpan(148, 8)) != sum)
            throw new InvalidDataException("The build result is not a valid tar: a header's checksum is wrong.");
    }

    private string HeaderName()
    {
        var name = Decode(TrimNul(_block.AsSpan(0, 100)));
        var posix = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8); // GNU keeps times where POSIX keeps the start of the path
        var prefix = posix ? Decode(TrimNul(_block.AsSpan(345, 155))) : "";
        return prefix.Length == 0 ? name : $"{prefix}/{name}";
    }

    private static (string? Path, long? Size) ReadPax(ReadOnlySpan<byte> records, string? path)
    {
        long? size = null;
        while (records.Length > 0)
        {
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                || length <= space + 1 || length > records.Length || records[length - 1] != '\n')
                throw Malformed("an extended header");

            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0) throw Malformed("an extended header");
            var key = Decode(record[..equals]);
            var value = record[(equals + 1)..];
            if (key.StartsWith("GNU.sparse", StringComparison.Ordinal))
                throw new InvalidDataException("The build result holds a sparse file; only plain files and folders are allowed.");
            if (key == "path") path = Decode(value);
            if (key == "size") size = Number(value);
            records = records[length..];
        }

        return (path, size);
    }

    private static long Number(ReadOnlySpan<byte> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed("a size");

    private static long Octal(ReadOnlySpan<byte> field)
    {
        // The first bit marks a binary number, which only files of 8 GB and more need.
        if ((field[0] & 0x80) != 0)
            throw new InvalidDataException($"The build result holds a file of {BinaryPrimitives.ReadUInt64BigEndian(field[^8..])} bytes.");
        long value = 0;
        foreach (var digit in field.Trim(" \0"u8))
            value = digit is >= (byte)'0' and <= (byte)'7' ? value * 8 + digit - '0' : throw Malformed("a number");
        return value;
    }

    private static ReadOnlySpan<byte> TrimNul(ReadOnlySpan<byte> field) =>
        field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;

    private static string Decode(ReadOnlySpan<byte> name)
    {
        try
        {
            return Utf8.GetString(name);
        }
        catch (DecoderFallbackException e)
        {
            var bytes = Convert.ToHexStringLower(name[..Math.Min(name.Length, 60)]);
            throw new InvalidDataException($"The build result holds a name that is not UTF-8 ({bytes}).", e);
        }
    }

    private static string Kind(char type) => type switch
    {
        '1' => "a hard link",
        '2' => "a symbolic link",
        '3' or '4' => "a device",
        '6' => "a named pipe",
        'S' => "a sparse file",
        _ => $"an entry of type {(int)type}",
    };

    private static InvalidDataException Malformed(string part) => new($"The build result is not a valid tar: {part} is malformed.");

    private static InvalidDataException Truncated() => new("The build result is cut off before its end.");
}
