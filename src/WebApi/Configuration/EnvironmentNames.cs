using System.Globalization;

namespace Libra.Deploy.WebApi.Configuration;

/// <summary>
/// The environment variables by which operators know the settings, the old services' names among them, and the option that each
/// one sets. An option can also be set by its own path, for instance <c>Deployments__LeaseDuration</c>.
/// </summary>
public static class EnvironmentNames
{
    /// <summary>One variable.</summary>
    /// <param name="Name">As operators write it.</param>
    /// <param name="Key">Path of the option.</param>
    /// <param name="Default">As the documentation shows it.</param>
    /// <param name="Convert">Turns the operator's form into the option's; throws <see cref="FormatException"/> on nonsense.</param>
    public sealed record Variable(string Name, string Key, string Default, Func<string, string>? Convert = null);

    private const double MostSeconds = 1e9; // far more than any option takes, and a time still

    /// <summary>Every variable, as <c>docs/configuration.md</c> lists them.</summary>
    public static readonly IReadOnlyList<Variable> All =
    [
        new("CLOUDFLARE_ACCOUNT_ID", "Cloudflare:AccountId", "none"),
        new("CLOUDFLARE_API_TOKEN", "Cloudflare:ApiToken", "none"),
        new("CLOUDFLARE_ZONE_ID", "Cloudflare:ZoneId", "none"),
        new("DISPATCH_NAMESPACE_NAME", "Cloudflare:DispatchNamespace", "libra-dispatcher"),
        new("NEXT_PUBLIC_DISPATCHER_URL", "Cloudflare:DispatcherUrl", "https://libra.sh"),
        new("LOG_LEVEL", "Host:LogLevel", "info"),
        new("MAX_CONCURRENT_DEPLOYMENTS", "Queue:MaxConcurrentDeployments", "5"),
        new("MAX_DEPLOYMENT_TIMEOUT", "Deployments:MaxDeploymentTimeout", "600000"),
        new("MAX_BATCH_SIZE", "Queue:MaxBatchSize", "10"),
        new("MAX_BATCH_TIMEOUT", "Queue:MaxBatchTimeout", "30", Seconds),
        new("MAX_RETRIES", "Deployments:MaxRetries", "3"),
        new("DEPLOYMENT_QUEUE_NAME", "Queue:QueueName", "deployment-queue"),
        new("DEPLOYMENT_DLQ_NAME", "Queue:DeadLetterQueueName", "deployment-dlq"),
        new("POSTGRES_URL", "Host:PostgresUrl", "embedded"),
        new("R2_ENDPOINT", "R2:Endpoint", "local folder"),
        new("R2_REGION", "R2:Region", "auto"),
        new("R2_ACCESS_KEY_ID", "R2:AccessKeyId", "none"),
        new("R2_SECRET_ACCESS_KEY", "R2:SecretAccessKey", "none"),
        new("R2_LOGS_BUCKET", "R2:LogsBucket", "libra-deployment-logs"),
        new("R2_ARTIFACTS_BUCKET", "R2:ArtifactsBucket", "libra-deployment-artifacts"),
        new("SANDBOX_BUILDER_DEFAULT_PROVIDER", "Host:SandboxProvider", "bubblewrap"),
        new("DAYTONA_API_KEY", "Daytona:ApiKey", "none"),
        new("E2B_API_KEY", "E2B:ApiKey", "none"),
        new("PORT", "Host:Port", "3008"),
        new("LIBRA_DATA_DIR", "Host:DataDirectory", ".libra"),
        new("LIBRA_EDGE_PORT", "Host:EdgePort", "8787"),
        new("LIBRA_ROLES", "Host:Roles", "api,worker"),
        new("ENVIRONMENT", "Host:Environment", "development under dotnet run, else production"),
    ];

    /// <summary>Adds the variables that are set; an empty one counts as not set.</summary>
    /// <exception cref="StartRefusedException">A value cannot be read; the message names the variable.</exception>
    public static IConfigurationBuilder AddEnvironmentNames(this IConfigurationBuilder configuration, Func<string, string?> read)
    {
        var values = new Dictionary<string, string?>();
        foreach (var variable in All)
        {
            if (read(variable.Name) is { Length: > 0 } text)
                values[variable.Key] = variable.Convert is null ? text : Converted(variable, text);
        }

        return configuration.AddInMemoryCollection(values);
    }

    private static string Converted(Variable variable, string text)
    {
        try
        {
            return variable.Convert!(text);
        }
        catch (FormatException failure)
        {
            throw new StartRefusedException($"{variable.Name}={text} cannot be read: {failure.Message}", failure);
        }
    }

    // The old service took 0 for "do not wait for a batch to fill", which nobody does here; as the pause between two looks at the table it
    // would ask the database without end.
    private static string Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < MostSeconds
            ? TimeSpan.FromSeconds(seconds > 0 ? seconds : 1).ToString("c", CultureInfo.InvariantCulture)
            : throw new FormatException("a number of seconds is expected.");
}
