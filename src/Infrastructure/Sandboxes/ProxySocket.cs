namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Chooses the path of the proxy's socket: unix sockets allow only 107 bytes.</summary>
internal static class ProxySocket
{
    private const int MaxPathBytes = 107;
    private const string Prefix = "libra-deploy-proxy-";

    public static string NewPath(string dataFolder)
    {
        var name = $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}.sock";
        var path = Path.Combine(dataFolder, name);
        if (System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes) return path;

        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        return Path.Combine(folder, "proxy.sock");
    }
}
