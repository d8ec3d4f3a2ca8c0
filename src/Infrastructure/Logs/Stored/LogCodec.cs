using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>Gzipped NDJSON, a line an entry; a chunk begins with a line about itself.</summary>
internal static class LogCodec
{
    public const string ContentType = "application/gzip";
    private const byte LineEnd = (byte)'\n';

    // Leaves letters of other languages and quotes readable: what is stored is never put into a page unescaped.
    private static readonly LogJson Json =
        new(new JsonSerializerOptions(LogJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static byte[] EncodeChunk(LogChunk chunk)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            Append(gzip, new ChunkLine(chunk.Header), Json.ChunkLine);
            foreach (var entry in chunk.Entries) Append(gzip, entry, Json.LogEntry);
        }

        return buffer.ToArray();
    }

    /// <summary>A part of a sealed log: entries alone, as one gzip member. Members one after the other are one gzip file.</summary>
    public static byte[] EncodeMember(IReadOnlyList<LogEntry> entries)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal))
        {
            foreach (var entry in entries) Append(gzip, entry, Json.LogEntry);
            if (entries.Count == 0) gzip.Flush(); // nothing written would give no bytes at all, and no valid file
        }

        return buffer.ToArray();
    }

    public static async Task<LogChunk> DecodeChunkAsync(Stream content, CancellationToken cancellationToken)
    {
        var lines = await UnzipAsync(content, cancellationToken);
        var headerEnd = lines.Span.IndexOf(LineEnd);
        var header = JsonSerializer.Deserialize(lines.Span[..headerEnd], Json.ChunkLine)!.Chunk;
        return new LogChunk(header, Entries(lines[(headerEnd + 1)..], header.Count));
    }

    public static async Task<IReadOnlyList<LogEntry>> DecodeMemberAsync(byte[] content, int count, CancellationToken cancellationToken) =>
        Entries(await UnzipAsync(new MemoryStream(content), cancellationToken), count);

    public static byte[] EncodeIndex(LogIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, Json.LogIndex);

    public static async Task<LogIndex> DecodeIndexAsync(Stream content, CancellationToken cancellationToken) =>
        (await JsonSerializer.DeserializeAsync(content, Json.LogIndex, cancellationToken))!;

    private static void Append<T>(Stream lines, T value, JsonTypeInfo<T> type)
    {
        JsonSerializer.Serialize(lines, value, type);
        lines.WriteByte(LineEnd);
    }

    private static async Task<ReadOnlyMemory<byte>> UnzipAsync(Stream content, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        await using var gzip = new GZipStream(content, CompressionMode.Decompress);
        await gzip.CopyToAsync(lines, cancellationToken);
        return lines.GetBuffer().AsMemory(0, (int)lines.Length);
    }

    private static List<LogEntry> Entries(ReadOnlyMemory<byte> lines, int count)
    {
        var entries = new List<LogEntry>(count);
        var rest = lines.Span;
        for (int end; (end = rest.IndexOf(LineEnd)) >= 0; rest = rest[(end + 1)..])
            entries.Add(JsonSerializer.Deserialize(rest[..end], Json.LogEntry)!);

        if (entries.Count != count) throw new InvalidDataException($"A stored log has {entries.Count} lines where {count} were written.");
        return entries;
    }
}

/// <summary>The line that a chunk begins with.</summary>
internal sealed record ChunkLine(ChunkHeader Chunk);

/// <summary>Where each part of a sealed log begins and what is in it.</summary>
internal sealed record LogIndex(IReadOnlyList<LogMember> Members);

/// <summary>One gzip member of a sealed log.</summary>
/// <param name="Level">The highest in it.</param>
/// <param name="Steps">Those that have lines in it.</param>
internal sealed record LogMember(
    long First, int Count, long Offset, int Length, LogLevel Level, IReadOnlyList<DeploymentStep> Steps);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WireName<LogLevel>), typeof(WireName<LogStream>), typeof(WireName<DeploymentStep>)])]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(ChunkLine))]
[JsonSerializable(typeof(LogIndex))]
internal sealed partial class LogJson : JsonSerializerContext;

internal sealed class WireName<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
