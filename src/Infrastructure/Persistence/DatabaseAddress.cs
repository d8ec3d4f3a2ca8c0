using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>
/// Where the database is, and how the service likes to be connected to it. No record, since its text has a password in it.
/// </summary>
internal sealed class DatabaseAddress(string connectionString)
{
    private const int PreparedStatements = 200;

    /// <summary>A pool of connections.</summary>
    /// <param name="adjust">What this pool wants otherwise than the others.</param>
    public NpgsqlDataSource Open(Action<NpgsqlConnectionStringBuilder>? adjust = null)
    {
        var settings = Tuned(connectionString);
        adjust?.Invoke(settings);
        return NpgsqlDataSource.Create(settings);
    }

    /// <summary>
    /// Statements are prepared once a connection and stay so from use to use. Nothing here leaves state in a session, so resetting it
    /// each time would be a wasted statement. Who says otherwise in the connection string (behind a pooler that shares sessions,
    /// <c>Max Auto Prepare=0</c>) is heard.
    /// </summary>
    internal static NpgsqlConnectionStringBuilder Tuned(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        // Not ContainsKey, which is true of every name that Npgsql knows.
        if (!settings.ShouldSerialize("Max Auto Prepare")) settings.MaxAutoPrepare = PreparedStatements;
        if (!settings.ShouldSerialize("No Reset On Close")) settings.NoResetOnClose = true;
        return settings;
    }
}
