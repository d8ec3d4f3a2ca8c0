using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.WebApi.Configuration;
using Npgsql;

namespace Libra.Deploy.WebApi.Composition;

/// <summary>Brings the database up to date before anything listens, or says which database cannot be used and what to do.</summary>
internal static class DatabaseStart
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>A node that starts while the database is being restarted waits for it, as a running one does.</summary>
    /// <exception cref="StartRefusedException">The database cannot be used.</exception>
    public static async Task RunAsync(IServiceProvider services, HostSettings settings, CancellationToken cancellationToken)
    {
        var clock = services.GetRequiredService<TimeProvider>();
        for (var start = clock.GetTimestamp(); ;)
        {
            try
            {
                await services.GetRequiredService<DatabaseSetup>().RunAsync(cancellationToken);
                return;
            }
            catch (TablesOfAnotherVersionException failure)
            {
                throw Unusable(settings, $"{failure.Message}. {AdviceFor(settings)}", failure);
            }
            catch (Exception failure) when (Cause(failure) is { } cause)
            {
                // PostgreSQL's own words name host, user or permission, and never the password.
                if (!cause.IsTransient || clock.GetElapsedTime(start) >= settings.DatabasePatience)
                    throw Unusable(settings, cause.Message, failure);
                services.GetRequiredService<ILogger<LibraHost>>().LogWarning("The database does not answer yet: {Reason}", cause.Message);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    private static NpgsqlException? Cause(Exception failure) =>
        failure as NpgsqlException ?? failure.InnerException as NpgsqlException;

    private static StartRefusedException Unusable(HostSettings settings, string why, Exception failure) => new(
        settings.IsEmbedded
            ? $"the embedded database in {settings.DataPath} cannot be used: {why}"
            : $"the database of POSTGRES_URL cannot be used: {why}",
        failure);

    private static string AdviceFor(HostSettings settings) => settings.IsEmbedded
        ? $"Remove the folder {settings.DataPath} to start over; the deployments, logs and tokens in it go with it."
        : "Start the version that made them, or set POSTGRES_URL to another database.";
}
