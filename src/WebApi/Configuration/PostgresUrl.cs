using System.Text.RegularExpressions;
using Npgsql;

namespace Libra.Deploy.WebApi.Configuration;

/// <summary>Reads the address of the database in either form in which operators have it.</summary>
public static partial class PostgresUrl
{
    /// <summary>
    /// Makes an Npgsql connection string of <c>postgres://user:password@host:port/database?sslmode=require</c>, or takes one as it is.
    /// </summary>
    /// <exception cref="StartRefusedException">It is neither; the message does not repeat it, because it may hold a password.</exception>
    public static string ToConnectionString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            var builder = IsUrl(text) ? FromUrl(new Uri(text)) : new NpgsqlConnectionStringBuilder(text);
            builder.IncludeErrorDetail = false; // it would write rows into the log
            return builder.Host is null ? throw new StartRefusedException("POSTGRES_URL names no host.") : builder.ConnectionString;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidCastException
            or OverflowException or KeyNotFoundException)
        {
            throw new StartRefusedException(
                "POSTGRES_URL is neither postgres://user:password@host:port/database nor an Npgsql connection string.");
        }
    }

    private static bool IsUrl(string text) =>
        text.StartsWith("postgres://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("postgresql://", StringComparison.OrdinalIgnoreCase);

    private static NpgsqlConnectionStringBuilder FromUrl(Uri url)
    {
        var user = url.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder
        {
            Port = url.Port > 0 ? url.Port : 5432,
            Database = Uri.UnescapeDataString(url.AbsolutePath.TrimStart('/')),
        };
        if (url.Host.Length > 0) builder.Host = url.Host;
        if (user[0].Length > 0) builder.Username = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) builder.Password = Uri.UnescapeDataString(user[1]);
        var systemRoots = false;
        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            var (name, value) = (Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : string.Empty);
            if (IsSystemRoots(name, value)) systemRoots = true;
            else Set(builder, name, value);
        }

        if (systemRoots) TrustSystemRoots(builder);
        return builder;
    }

    private static bool IsSystemRoots(string name, string value) => (name, value) is ("sslrootcert", "system");

    // As in libpq: without a file of roots the system's count, and anybody can have a certificate that they vouch for, so that one in
    // another name has to be refused, too.
    private static void TrustSystemRoots(NpgsqlConnectionStringBuilder builder)
    {
        if (builder.ShouldSerialize("SSL Mode") && builder.SslMode != SslMode.VerifyFull)
            throw new StartRefusedException(
                "POSTGRES_URL has sslrootcert=system beside an sslmode that does not check the server's name; "
                    + "make it sslmode=verify-full or leave sslmode out, which means the same.");

        builder.SslMode = SslMode.VerifyFull;
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        if (IsSettledAnyway(name, value)) return;
        try
        {
            builder[NameOf(name)] = ValueOf(name, value);
        }
        catch (Exception failure) when (ParameterName().IsMatch(name)
            && failure is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            // Only a name, and never a value: a password with a question mark in it would stand here.
            throw new StartRefusedException(
                $"POSTGRES_URL has the parameter '{name}', which is not known or has a value that is not; correct or remove it.");
        }
    }

    // The service writes, so that a server which takes no changes is refused in any case.
    private static bool IsSettledAnyway(string name, string value) =>
        (name, value) is ("target_session_attrs", "any" or "read-write" or "primary");

    private static string NameOf(string libpq) => libpq switch
    {
        "host" => "Host",
        "port" => "Port",
        "dbname" => "Database",
        "user" => "Username",
        "password" => "Password",
        "passfile" => "Passfile",
        "sslmode" => "SSL Mode",
        "sslcert" => "SslCertificate",
        "sslkey" => "SslKey",
        "sslpassword" => "SslPassword",
        "sslrootcert" => "Root Certificate",
        "sslnegotiation" => "SslNegotiation",
        "channel_binding" => "ChannelBinding",
        "gssencmode" => "GssEncryptionMode",
        "krbsrvname" => "KerberosServiceName",
        "application_name" or "fallback_application_name" => "Application Name",
        "client_encoding" => "Client Encoding",
        "connect_timeout" => "Timeout",
        "keepalives" => "TcpKeepAlive",
        "keepalives_idle" => "TcpKeepAliveTime",
        "keepalives_interval" => "TcpKeepAliveInterval",
        "options" => "Options",
        _ => libpq,
    };

    private static string ValueOf(string name, string libpq) => (name, libpq) switch
    {
        ("sslmode", "verify-full") => "VerifyFull",
        ("sslmode", "verify-ca") => "VerifyCA",
        ("keepalives", "1") => "true",
        ("keepalives", "0") => "false",
        _ => libpq,
    };

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z_ ]{0,40}\z")]
    private static partial Regex ParameterName();
}
