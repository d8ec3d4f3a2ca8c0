using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Registry;

/// <summary>
/// The only way out of an installing sandbox: a CONNECT proxy on a unix socket that knows a few hosts and refuses the rest.
/// </summary>
internal sealed class RegistryProxy : IAsyncDisposable
{
    private static readonly TimeSpan HeaderTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UpstreamTime = TimeSpan.FromSeconds(60);

    private readonly HashSet<string> _allowed;
    private readonly Socket _listener;
    private readonly IWebProxy _proxies;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <param name="socketPath">A path in a folder that only the service can enter.</param>
    /// <param name="allowed">Each <c>host:port</c>.</param>
    /// <param name="log">Told of every refusal.</param>
    /// <param name="proxies">The proxies of this machine; null takes those of its environment.</param>
    public RegistryProxy(string socketPath, IEnumerable<string> allowed, ILogger log, IWebProxy? proxies = null)
    {
        (SocketPath, _log, _proxies) = (socketPath, log, proxies ?? HttpClient.DefaultProxy);
        _allowed = new HashSet<string>(allowed, StringComparer.OrdinalIgnoreCase);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        File.SetUnixFileMode(socketPath, OrganizationFolders.OpenToSandboxUsers);
        _listener.Listen(backlog: 512);
        _accepting = AcceptAsync();
    }

    public string SocketPath { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        ProxySocket.Remove(SocketPath);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                _log.LogError(e, "The registry proxy could not accept a connection");
                continue;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var owned = client;
        try
        {
            await using var stream = new NetworkStream(client);
            var request = await ReadRequestLineAsync(stream);
            if (Target(request) is not { } target)
            {
                _log.LogWarning("An install asked for what it may not reach: {Request}", request.Length > 200 ? request[..200] : request);
                await stream.WriteAsync(
                    "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
                return;
            }

            await TunnelAsync(stream, target);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // A connection that breaks is the package manager's to retry or to report.
            _log.LogDebug("A connection to the package registry broke: {Reason}", e.Message);
        }
    }

    /// <summary>The allowed host and port that a request line asks for; null for anything else.</summary>
    private (string Host, int Port)? Target(string requestLine)
    {
        var parts = requestLine.Split(' ');
        if (parts is not ["CONNECT", var target, "HTTP/1.1" or "HTTP/1.0"] || !_allowed.Contains(target)) return null;

        var colon = target.LastIndexOf(':');
        return (target[..colon], int.Parse(target.AsSpan(colon + 1), provider: null));
    }

    private async Task TunnelAsync(NetworkStream client, (string Host, int Port) target)
    {
        UpstreamConnection upstream;
        try
        {
            upstream = await OpenAsync(target);
        }
        catch (Exception e) when (!_stop.IsCancellationRequested
            && e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            _log.LogWarning("The package registry {Host} cannot be reached: {Reason}", target.Host, e.Message);
            await client.WriteAsync("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), _stop.Token);
            return;
        }

        await using var open = upstream;
        await client.WriteAsync("HTTP/1.1 200 Connection Established\r\n\r\n"u8.ToArray(), _stop.Token);
        var server = upstream.Stream;
        // Either side's end ends both: TLS has no use for a half-open connection.
        await Task.WhenAny(client.CopyToAsync(server, _stop.Token), server.CopyToAsync(client, _stop.Token));
    }

    private async Task<string> ReadRequestLineAsync(NetworkStream stream)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        time.CancelAfter(HeaderTime);
        return await ConnectHeader.ReadFirstLineAsync(stream, time.Token);
    }

    // The connection and, where there is one, the proxy's answer; a package manager gives up after minutes itself.
    private async Task<UpstreamConnection> OpenAsync((string Host, int Port) target)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        time.CancelAfter(UpstreamTime);
        return await UpstreamConnection.OpenAsync(_proxies, target.Host, target.Port, time.Token);
    }
}
