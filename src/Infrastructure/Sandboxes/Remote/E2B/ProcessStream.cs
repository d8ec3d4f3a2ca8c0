using System.Text.Json;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.E2B;

/// <summary>Follows one process by its events, to its end.</summary>
internal static class ProcessStream
{
    /// <returns>The exit code; null when a signal ended it.</returns>
    /// <exception cref="SandboxException">The stream ended and the process's end had not come.</exception>
    public static async Task<int?> ReadAsync(
        ConnectStream stream, RemoteOutput output, SilenceWatch silence)
    {
        (bool Ended, int? Code) process = (false, null);
        while (await stream.NextAsync(silence.Token) is { } message)
        {
            silence.Heard();
            if (!message.TryGetProperty("event", out var happened) || happened.ValueKind != JsonValueKind.Object) continue;
            if (happened.TryGetProperty("data", out var data)) await PassOnAsync(data, output, silence);
            if (happened.TryGetProperty("end", out var end)) process = (true, CodeOf(end));
        }

        return process.Ended
            ? process.Code
            : throw new SandboxException(
                  "SANDBOX_COMMAND_FAILED", "The sandbox stopped telling about a command before its end.", transient: true);
    }

    private static async Task PassOnAsync(JsonElement data, RemoteOutput output, SilenceWatch silence)
    {
        await PassOnAsync(data, "stdout", SandboxStream.Stdout, output, silence);
        await PassOnAsync(data, "stderr", SandboxStream.Stderr, output, silence);
    }

    private static async Task PassOnAsync(
        JsonElement data, string name, SandboxStream stream, RemoteOutput output, SilenceWatch silence)
    {
        if (!data.TryGetProperty(name, out var piece) || piece.ValueKind != JsonValueKind.String
            || !piece.TryGetBytesFromBase64(out var bytes)) return;

        // Who takes the output may let us wait: the sandbox is not silent then.
        silence.Hold();
        await output(stream, bytes, silence.Caller);
        silence.Heard();
    }

    // JSON of protobuf leaves zero and false out; a process that a signal ended has no code.
    private static int? CodeOf(JsonElement end)
    {
        if (!end.TryGetProperty("exited", out var exited) || exited.ValueKind != JsonValueKind.True) return null;
        return end.TryGetProperty("exitCode", out var code) && code.TryGetInt32(out var value) ? value : 0;
    }
}
