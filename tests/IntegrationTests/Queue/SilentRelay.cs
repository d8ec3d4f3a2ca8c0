using System.Net;
using System.Net.Sockets;

namespace Libra.Deploy.IntegrationTests.Queue;

/// <summary>Passes connections on, and can fall silent on those it has without ending them, as a firewall that forgot them does.</summary>
internal sealed class SilentRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TcpClient> _clients = [];
    private readonly int _target;
    private readonly Task _accepting;
    private CancellationTokenSource _passing = new();

    public SilentRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Passes nothing on any more for the connections of now.</summary>
    public void ForgetConnections()
    {
        var forgotten = Interlocked.Exchange(ref _passing, new CancellationTokenSource());
        forgotten.Cancel();
        forgotten.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        ForgetConnections();
        await _accepting;
        foreach (var client in _clients) client.Dispose();
        _passing.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var near = await _listener.AcceptTcpClientAsync(_stopping.Token);
                var far = new TcpClient();
                _clients.AddRange([near, far]);
                await far.ConnectAsync(IPAddress.Loopback, _target, _stopping.Token);
                var token = _passing.Token;
                _ = PassAsync(near.GetStream(), far.GetStream(), token);
                _ = PassAsync(far.GetStream(), near.GetStream(), token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return; // stopped
        }
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        try
        {
            await from.CopyToAsync(to, cancellationToken);
            to.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            return; // forgotten, or one side is gone
        }
    }
}
