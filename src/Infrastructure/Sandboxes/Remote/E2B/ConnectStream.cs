using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;

/// <summary>
/// Messages of a Connect stream: one byte of flags, four of length, then JSON; the last one says how the call itself ended.
/// </summary>
internal sealed class ConnectStream(Stream body)
{
    public const string ContentType = "application/connect+json";

    private const int HeadBytes = 5;
    private const byte Compressed = 1;
    private const byte EndOfStream = 2;

    // Far more than the daemon sends at once; a length from outside must not decide how much memory is taken.
    private const int LongestMessage = 8 << 20;

    private static readonly string[] Final = ["unauthenticated", "permission_denied", "invalid_argument", "unimplemented"];

    /// <summary>One message as it is sent.</summary>
    public static byte[] Message(JsonObject json)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(json);
        var message = new byte[HeadBytes + text.Length];
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), (uint)text.Length);
        text.CopyTo(message, HeadBytes);
        return message;
    }

    /// <summary>The next message; null after the one that ends the stream well.</summary>
    /// <exception cref="SandboxException">The stream broke off, or ended with an error.</exception>
    public async Task<JsonElement?> NextAsync(CancellationToken cancellationToken)
    {
        var head = new byte[HeadBytes];
        await FillAsync(head, cancellationToken);
        var length = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1));
        if (length > LongestMessage || (head[0] & Compressed) != 0) throw Broken("The sandbox sent something that is not a message.");

        var text = new byte[length];
        await FillAsync(text, cancellationToken);
        var message = Parse(text);
        if ((head[0] & EndOfStream) == 0) return message;
        return message.TryGetProperty("error", out var error) ? throw Refused(error) : null;
    }

    private async Task FillAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        if (await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length)
            throw Broken("The connection to the sandbox broke while a command ran in it.");
    }

    private static JsonElement Parse(byte[] text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? json.RootElement.Clone()
                : throw Broken("The sandbox sent something that is not a message.");
        }
        catch (JsonException e)
        {
            throw Broken("The sandbox sent something that is not a message.", e);
        }
    }

    private static SandboxException Refused(JsonElement error)
    {
        var code = error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var named) ? named.ToString() : "unknown";
        return new SandboxException(
            "SANDBOX_COMMAND_FAILED", $"The sandbox ended the command with '{code}'.", transient: !Final.Contains(code));
    }

    private static SandboxException Broken(string why, Exception? inner = null) =>
        new("SANDBOX_COMMAND_FAILED", why, transient: true, inner);
}
