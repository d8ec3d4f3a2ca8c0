using System.Net;
using System.Net.Sockets;

namespace Libra.Deploy.IntegrationTests;

/// <summary>Ports of 127.0.0.1 for programs that have to be told theirs; each is given once.</summary>
internal static class FixedPorts
{
    // Below the ports that Linux gives to outgoing connections, of which there are thousands: one of those may be taken again before the program
    // that it was found for listens.
    private const int First = 15_000;
    private const int Count = 16_000;

    private static int _given = Random.Shared.Next(Count);

    /// <summary>The first of some free ports in a row.</summary>
    public static int Take(int inARow = 1)
    {
        while (true)
        {
            var port = First + ((Interlocked.Add(ref _given, inARow) - inARow) % Count);
            if (Enumerable.Range(port, inARow).All(IsFree)) return port;
        }
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
