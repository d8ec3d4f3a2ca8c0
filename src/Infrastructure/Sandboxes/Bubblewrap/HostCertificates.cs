namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Lets tools inside trust what this machine trusts.</summary>
internal static class HostCertificates
{
    private static readonly string[] Names = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>The machine's own settings, as far as they point to what is visible inside.</summary>
    public static IEnumerable<(string Name, string Value)> Variables() =>
        from name in Names
        let value = Environment.GetEnvironmentVariable(name)
        where value is not null
            && (value == "/etc/ssl/certs" || Path.GetFullPath(value).StartsWith("/etc/ssl/certs/", StringComparison.Ordinal))
        select (name, value);
}
