using System.Net.Sockets;
using System.Text;

namespace Libra.Deploy.Infrastructure.Sandboxes.Registry;

/// <summary>Chooses the path of the proxy's socket: unix sockets allow only 107 bytes.</summary>
internal static class ProxySocket
{
    private const int MaxPathBytes = 107;
    private const string Prefix = "libra-deploy-proxy-";

    /// <summary>Removes the sockets of workers that died: nobody answers there.</summary>
    public static void RemoveDead(string dataFolder)
    {
        foreach (var path in Directory.EnumerateFiles(dataFolder, Prefix + "*"))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Connect(new UnixDomainSocketEndPoint(path));
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
            {
                File.Delete(path);
            }
        }
    }

    public static string NewPath(string dataFolder)
    {
        var name = $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}.sock";
        var path = Path.Combine(dataFolder, name);
        if (Encoding.UTF8.GetByteCount(path) <= MaxPathBytes) return path;

        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        return Path.Combine(folder, "proxy.sock");
    }

    /// <summary>Removes the socket of a proxy that has ended, and the folder that <see cref="NewPath"/> made for it.</summary>
    public static void Remove(string path)
    {
        File.Delete(path);
        var folder = Path.GetDirectoryName(path)!;
        if (Path.GetFileName(folder).StartsWith(Prefix, StringComparison.Ordinal)) Directory.Delete(folder);
    }
}
