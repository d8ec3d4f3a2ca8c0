using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Libra.Deploy.Infrastructure.Sandboxes.Registry;

/// <summary>A connection to an allowed host: straight, or through the proxy that this machine's environment names for it.</summary>
internal sealed class UpstreamConnection : IAsyncDisposable
{
    private readonly TcpClient _client;

    private UpstreamConnection(TcpClient client, Stream stream) => (_client, Stream) = (client, stream);

    public Stream Stream { get; }

    /// <param name="proxies">What <c>HTTPS_PROXY</c> and <c>NO_PROXY</c> say, as for every other request of the service.</param>
    /// <exception cref="IOException">The proxy refuses, or answers something else than HTTP.</exception>
    /// <exception cref="SocketException">The host, or the proxy, cannot be reached.</exception>
    public static async Task<UpstreamConnection> OpenAsync(
        IWebProxy proxies, string host, int port, CancellationToken cancellationToken)
    {
        var target = new UriBuilder(Uri.UriSchemeHttps, host, port).Uri;
        var proxy = proxies.IsBypassed(target) ? null : proxies.GetProxy(target);
        var client = new TcpClient();
        try
        {
            await client.ConnectAsync(proxy?.IdnHost ?? host, proxy?.Port ?? port, cancellationToken);
            if (proxy is null) return new UpstreamConnection(client, client.GetStream());

            var stream = await StreamToAsync(proxy, client, cancellationToken);
            await AskAsync(stream, $"{host}:{port}", proxies.Credentials?.GetCredential(proxy, "Basic"), cancellationToken);
            return new UpstreamConnection(client, stream);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync();
        _client.Dispose();
    }

    private static async Task<Stream> StreamToAsync(Uri proxy, TcpClient client, CancellationToken cancellationToken)
    {
        if (proxy.Scheme == Uri.UriSchemeHttp) return client.GetStream();
        if (proxy.Scheme != Uri.UriSchemeHttps) throw new IOException($"A proxy of the kind {proxy.Scheme} cannot be used for installs.");

        var secured = new SslStream(client.GetStream());
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = proxy.IdnHost }, cancellationToken);
        return secured;
    }

    private static async Task AskAsync(Stream stream, string target, NetworkCredential? credential, CancellationToken cancellationToken)
    {
        var request = $"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n";
        if (credential is not null)
        {
            var words = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"));
            request += $"Proxy-Authorization: Basic {words}\r\n";
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(request + "\r\n"), cancellationToken);
        var answer = await ConnectHeader.ReadFirstLineAsync(stream, cancellationToken);
        if (answer.Split(' ') is not [['H', 'T', 'T', 'P', '/', ..], "200", ..])
            throw new IOException($"The proxy of this machine answered '{answer}'.");
    }
}
