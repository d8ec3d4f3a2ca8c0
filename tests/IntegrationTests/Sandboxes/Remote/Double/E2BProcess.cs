using System.Buffers.Binary;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

/// <summary>One command of a sandbox's daemon: Connect's envelopes, with what the process prints as it prints it.</summary>
internal static class E2BProcess
{
    public static async Task RunAsync(HttpContext context, RentedLocalMachine machine)
    {
        var start = await ReadAsync(context.Request.Body);
        var asked = start["process"]!;
        var process = await machine.Local.StartAsync(
            (string)asked["cmd"]!, asked["args"]?.AsArray().Select(argument => (string)argument!) ?? [], (string?)asked["cwd"],
            asked["envs"]?.Deserialize<Dictionary<string, string>>());
        context.Response.ContentType = "application/connect+json";
        await using var outgoing = new Envelopes(context.Response.Body, context.RequestAborted);
        await outgoing.EventAsync(new JsonObject { ["start"] = new JsonObject { ["pid"] = process.Id } });
        await Task.WhenAll(
            PumpAsync(process.StandardOutput.BaseStream, "stdout", outgoing),
            PumpAsync(process.StandardError.BaseStream, "stderr", outgoing), process.WaitForExitAsync());
        machine.Local.Forget(process);
        // A sandbox that is ended takes its daemon with it: the connection breaks, and nobody says how the command ended.
        if (machine.IsGone) context.Abort();
        else await outgoing.EndAsync(EndOf(process));
    }

    // Zero and false are left out, as JSON of protobuf does.
    private static JsonObject EndOf(Process process)
    {
        var killed = process.ExitCode > 128;
        var end = new JsonObject { ["status"] = killed ? "signal: killed" : $"exit status {process.ExitCode}" };
        if (!killed) end["exited"] = true;
        if (!killed && process.ExitCode != 0) end["exitCode"] = process.ExitCode;
        return end;
    }

    private static async Task<JsonObject> ReadAsync(Stream body)
    {
        var head = new byte[5];
        await body.ReadExactlyAsync(head);
        var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(1))];
        await body.ReadExactlyAsync(message);
        return JsonNode.Parse(message)!.AsObject();
    }

    private static async Task PumpAsync(Stream source, string name, Envelopes outgoing)
    {
        var buffer = new byte[8192];
        int read;
        while ((read = await source.ReadAsync(buffer)) > 0)
            await outgoing.EventAsync(
                new JsonObject { ["data"] = new JsonObject { [name] = Convert.ToBase64String(buffer.AsSpan(0, read)) } });
    }

    private sealed class Envelopes(Stream body, CancellationToken gone) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _one = new(1, 1);

        public Task EventAsync(JsonObject happened) => SendAsync(0, new JsonObject { ["event"] = happened });

        public async Task EndAsync(JsonObject end)
        {
            await EventAsync(new JsonObject { ["end"] = end });
            await SendAsync(2, []);
        }

        public ValueTask DisposeAsync()
        {
            _one.Dispose();
            return ValueTask.CompletedTask;
        }

        private async Task SendAsync(byte flags, JsonObject message)
        {
            if (gone.IsCancellationRequested) return; // the process goes on, as it does at E2B
            var text = JsonSerializer.SerializeToUtf8Bytes(message);
            var envelope = new byte[5 + text.Length];
            envelope[0] = flags;
            BinaryPrimitives.WriteUInt32BigEndian(envelope.AsSpan(1), (uint)text.Length);
            text.CopyTo(envelope, 5);
            await _one.WaitAsync(CancellationToken.None);
            try
            {
                await body.WriteAsync(envelope, CancellationToken.None);
                await body.FlushAsync(CancellationToken.None);
            }
            finally
            {
                _one.Release();
            }
        }
    }
}
