using System.Net;
using System.Net.Sockets;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>
/// Leads names below <c>localhost</c> to this machine (RFC 6761), which not every resolver does: a dispatcher may run here while it is
/// developed.
/// </summary>
internal static class LocalNames
{
    private const string Zone = ".localhost";

    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            EndPoint target = context.DnsEndPoint.Host.EndsWith(Zone, StringComparison.OrdinalIgnoreCase)
                ? new IPEndPoint(IPAddress.Loopback, context.DnsEndPoint.Port)
                : context.DnsEndPoint;
            await socket.ConnectAsync(target, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
