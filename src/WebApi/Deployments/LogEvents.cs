using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Logs;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>
/// The bytes of server-sent events; those of log lines are written once for all streams that are given the same piece of a log.
/// </summary>
internal sealed class LogEvents(IOptions<JsonOptions> json, TimeProvider clock)
{
    private const int BytesOfALine = 256; // what most take; the buffer grows when they take more

    // Held as long as somebody holds the piece, which the followed log keeps while its readers come by.
    private readonly ConditionalWeakTable<IReadOnlyList<LogEntry>, Lazy<ReadOnlyMemory<byte>>> _written = [];

    /// <summary>A <c>log</c> event for each line, one behind the other; the id is the line's number.</summary>
    public ReadOnlyMemory<byte> OfLines(IReadOnlyList<LogEntry> piece) =>
        _written.GetValue(piece, lines => new Lazy<ReadOnlyMemory<byte>>(() => Write(lines))).Value;

    /// <summary>How the deployment stands.</summary>
    public ReadOnlyMemory<byte> OfView(string name, DeploymentView view)
    {
        var data = JsonSerializer.Serialize(view.ToResponse(place: null, clock.GetUtcNow()), json.Value.SerializerOptions);
        return Encoding.UTF8.GetBytes($"event: {name}\ndata: {data}\n\n");
    }

    private ReadOnlyMemory<byte> Write(IReadOnlyList<LogEntry> lines)
    {
        var options = json.Value.SerializerOptions;
        var events = new ArrayBufferWriter<byte>(lines.Count * BytesOfALine + 1);
        using var writer = new Utf8JsonWriter(events, new JsonWriterOptions { Encoder = options.Encoder, SkipValidation = true });
        foreach (var line in lines)
        {
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: log\nid: {line.Seq}\ndata: "), events);
            writer.Reset();
            JsonSerializer.Serialize(writer, line.ToResponse(), options);
            events.Write("\n\n"u8);
        }

        return events.WrittenMemory;
    }
}
