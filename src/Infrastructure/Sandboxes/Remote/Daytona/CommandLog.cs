using System.Net.WebSockets;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;

/// <summary>Follows a command's output over a WebSocket that the daemon closes when the command has ended.</summary>
internal sealed class CommandLog : IAsyncDisposable
{
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(15);

    private readonly ClientWebSocket _socket;
    private readonly CancellationToken _caller;

    private CommandLog(ClientWebSocket socket, CancellationToken caller) => (_socket, _caller) = (socket, caller);

    public static async Task<CommandLog> OpenAsync(
        Uri address, DaytonaMachines machines, DaytonaOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        // A peer that does not answer is gone, whatever the connection says.
        (socket.Options.KeepAliveInterval, socket.Options.KeepAliveTimeout) = (Ping, options.SilenceLimit);
        socket.Options.SetRequestHeader("User-Agent", ProductAgent.Value);
        socket.Options.SetRequestHeader("Authorization", machines.Authorization);
        socket.Options.SetRequestHeader("X-Daytona-Split-Output", "true");
        using var time = new CancellationTokenSource(options.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        try
        {
            await socket.ConnectAsync(address, either.Token);
            return new CommandLog(socket, cancellationToken);
        }
        catch (Exception e)
            when (e is WebSocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            socket.Dispose();
            throw Lost(e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Passes everything on until the daemon closes.</summary>
    /// <exception cref="SandboxException">It broke off.</exception>
    public async Task ReadAsync(RemoteOutput output)
    {
        var split = new SplitOutput();
        var buffer = new byte[32 * 1024];
        while (await ReceiveAsync(buffer) is { } count)
        {
            foreach (var (stream, data) in split.Take(buffer.AsMemory(0, count))) await output(stream, data, _caller);
        }

        if (split.Rest() is { Data.Length: > 0 } rest) await output(rest.Stream, rest.Data, _caller);
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose(); // the daemon has closed, or is gone
        return ValueTask.CompletedTask;
    }

    private async Task<int?> ReceiveAsync(byte[] buffer)
    {
        try
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), _caller);
            if (received.MessageType != WebSocketMessageType.Close) return received.Count;
            return _socket.CloseStatus is null or WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.Empty ? null : throw Lost();
        }
        catch (WebSocketException e)
        {
            throw Lost(e);
        }
        catch (OperationCanceledException e) when (!_caller.IsCancellationRequested)
        {
            throw Lost(e);
        }
    }

    private static SandboxException Lost(Exception? inner = null) =>
        new("SANDBOX_COMMAND_FAILED", "The connection to the sandbox broke while a command ran in it.", transient: true, inner);
}
