using System.Net;
using System.Net.Sockets;
using Libra.Deploy.Application.Webhooks;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Webhooks;

/// <summary>
/// Connects to public addresses only. The address is looked at when the connection is made, after the name was resolved and not
/// again: a name that leads elsewhere a moment later leads nowhere.
/// </summary>
internal sealed class CheckedConnections(IOptions<WebhookOptions> options)
{
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancellationToken);
        var allowed = addresses.Where(address => options.Value.AllowPrivateAddresses || PublicAddresses.Contains(address)).ToArray();
        if (allowed.Length == 0) throw new PrivateAddressException();

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A name leads to an address to which nothing is sent.</summary>
internal sealed class PrivateAddressException() : IOException("The address leads into a private network.");
