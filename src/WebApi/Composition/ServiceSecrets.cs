using System.Text.RegularExpressions;
using Libra.Deploy.WebApi.Configuration;
using Npgsql;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Every secret that the service itself was given, so that none of them ever stands in a deployment's log.</summary>
internal static partial class ServiceSecrets
{
    private const int MinLength = 8; // shorter values are words that a build prints anyway

    /// <param name="connectionString">Of the database that is in use, embedded or not.</param>
    public static IEnumerable<string> Of(IConfiguration configuration, HostSettings settings, string connectionString)
    {
        var database = new NpgsqlConnectionStringBuilder(connectionString).Password;
        return Named(configuration)
            .Concat([settings.PostgresUrl, connectionString, database])
            .OfType<string>()
            .Where(value => value.Length >= MinLength)
            .Distinct();
    }

    // By the name, so that a setting that comes later needs no line here. The environment is part of the configuration: what this machine
    // keeps there for others is nobody's business either.
    private static IEnumerable<string?> Named(IConfiguration configuration) =>
        configuration.AsEnumerable().Where(setting => SecretName().IsMatch(setting.Key)).Select(setting => setting.Value);

    [GeneratedRegex(
        "secret|token|passw|api_?key|access_?key|private_?key|credential|connection_?string|postgres_?url|database_?url",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretName();
}
