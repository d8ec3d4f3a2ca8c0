using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

/// <summary>Sessions of all sandboxes; the end of one is the end of its commands.</summary>
internal sealed class DaytonaSessions
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, DaytonaCommand>> _sessions = new();

    /// <summary>False when there is one of this id.</summary>
    public bool Add(string session) => _sessions.TryAdd(session, new());

    public async Task<DaytonaCommand> StartAsync(string session, RentedLocalMachine machine, string line)
    {
        var command = await DaytonaCommand.StartAsync(machine, line);
        return _sessions[session][command.Id] = command;
    }

    public DaytonaCommand? Find(string session, string command) => _sessions.GetValueOrDefault(session)?.GetValueOrDefault(command);

    public void End(string session)
    {
        if (!_sessions.TryRemove(session, out var commands)) return;
        foreach (var command in commands.Values) command.Kill();
    }
}

/// <summary>A command of a session: it runs whether anybody listens or not, and its log can be read from the start at any time.</summary>
internal sealed class DaytonaCommand
{
    private static readonly byte[] Stdout = [1, 1, 1];
    private static readonly byte[] Stderr = [2, 2, 2];

    private readonly List<(byte[] Mark, byte[] Data)> _log = [];
    private readonly Process _process;
    private readonly RentedLocalMachine _machine;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DaytonaCommand(Process process, RentedLocalMachine machine, string line)
    {
        (_process, _machine, Line) = (process, machine, line);
        Ended = RunAsync();
    }

    public string Id { get; } = Guid.NewGuid().ToString();

    public Task Ended { get; }

    private string Line { get; }

    public static async Task<DaytonaCommand> StartAsync(RentedLocalMachine machine, string line) =>
        new(await machine.Local.StartAsync("/bin/sh", ["-c", line], "/home/daytona"), machine, line);

    public void Kill()
    {
        if (!_process.HasExited) _process.Kill();
    }

    public JsonObject Describe(bool withOutput)
    {
        var description = new JsonObject { ["id"] = Id, ["cmdId"] = Id, ["command"] = Line };
        if (Ended.IsCompleted && !_machine.IsGone) description["exitCode"] = _process.ExitCode;
        if (withOutput)
            (description["output"], description["stdout"], description["stderr"]) = (TextOf(null), TextOf(Stdout), TextOf(Stderr));
        return description;
    }

    /// <summary>The log: followed over a WebSocket until the command has ended, or as it is.</summary>
    public async Task TellAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await context.Response.WriteAsJsonAsync(
                new JsonObject { ["output"] = TextOf(null), ["stdout"] = TextOf(Stdout), ["stderr"] = TextOf(Stderr) });
            return;
        }

        // Browsers and old clients get both streams as one; marks come only to who asks for them.
        var marked = context.Request.Headers["X-Daytona-Split-Output"] == "true"
            || context.Request.Headers.ContainsKey("X-Daytona-SDK-Version")
            || context.WebSockets.WebSocketRequestedProtocols.Any(
                protocol => protocol.StartsWith("X-Daytona-SDK-Version", StringComparison.OrdinalIgnoreCase));
        using var socket = await context.WebSockets.AcceptWebSocketAsync(context.WebSockets.WebSocketRequestedProtocols.FirstOrDefault());
        await FollowAsync(socket, marked, context.RequestAborted);
        if (_machine.IsGone) context.Abort();
        else await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
    }

    private async Task FollowAsync(WebSocket socket, bool marked, CancellationToken gone)
    {
        for (var at = 0; ;)
        {
            var ended = Ended.IsCompleted; // asked first: what was printed until then is in the log
            Task more;
            List<(byte[] Mark, byte[] Data)> pieces;
            lock (_log) (more, pieces) = (_more.Task, _log[at..]);
            at += pieces.Count;
            // A mark and what it belongs to in frames of their own sizes, as the network may cut them.
            foreach (var (mark, data) in pieces)
            {
                if (marked) await socket.SendAsync(mark.AsMemory(0, 2), WebSocketMessageType.Binary, endOfMessage: true, gone);
                await socket.SendAsync(marked ? (byte[])[mark[2], .. data] : data, WebSocketMessageType.Binary, endOfMessage: true, gone);
            }

            if (pieces.Count == 0 && ended) return;
            if (pieces.Count == 0) await Task.WhenAny(more, Ended).WaitAsync(gone);
        }
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(
            PumpAsync(_process.StandardOutput.BaseStream, Stdout), PumpAsync(_process.StandardError.BaseStream, Stderr),
            _process.WaitForExitAsync());
        _machine.Local.Forget(_process);
    }

    private async Task PumpAsync(Stream source, byte[] mark)
    {
        var buffer = new byte[8192];
        int read;
        while ((read = await source.ReadAsync(buffer)) > 0)
        {
            lock (_log)
            {
                _log.Add((mark, buffer[..read]));
                _more.TrySetResult();
                _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private string TextOf(byte[]? mark)
    {
        lock (_log) return string.Concat(
            _log.Where(piece => mark is null || piece.Mark == mark).Select(piece => Encoding.UTF8.GetString(piece.Data)));
    }
}
