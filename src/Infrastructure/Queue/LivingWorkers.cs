namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>Which rows of Hangfire's servers are nodes that run deployments, for the figures and for the probe.</summary>
internal static class LivingWorkers
{
    /// <summary>Of this queue (the first parameter), for servers of others run no deployments, and with a recent heartbeat.</summary>
    // Hangfire's servers beat every 30 s: one beat may be missed.
    public const string Condition = "lastheartbeat > now() - interval '65 seconds' AND data::jsonb -> 'Queues' ? $1";
}
