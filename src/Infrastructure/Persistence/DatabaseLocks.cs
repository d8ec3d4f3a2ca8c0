using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>
/// The advisory locks that we take, all of them here, because a number stands for one thing in the whole database. Those of one argument
/// are whole numbers, those of a name are seeds of its hash.
/// </summary>
internal static class DatabaseLocks
{
    /// <summary>Choosing the next deployments from the line.</summary>
    public const string Dispatch = "6010771";

    /// <summary>Cleaning up.</summary>
    public const string Cleanup = "6010772";

    /// <summary>Choosing the next webhook messages.</summary>
    public const string WebhookDispatch = "6010773";

    /// <summary>Comparing failed jobs with dead letters.</summary>
    public const string FailedJobs = "6010774";

    /// <summary>An artifact, by its digest.</summary>
    public const string Artifact = "6010775";

    /// <summary>A project that may not exist yet, by its id.</summary>
    public const string Project = "6010776";

    /// <summary>A custom domain that somebody may be asking for, by its name.</summary>
    public const string CustomDomain = "6010777";

    /// <summary>An organization's plans, by its id.</summary>
    public const string Plans = "6010778";

    /// <summary>An organization's list of webhooks, by its id.</summary>
    public const string Webhooks = "6010779";

    /// <summary>Holds a name until the transaction ends, whether there is a row of it or not; whoever wants it meanwhile waits.</summary>
    /// <param name="kind">One of this class.</param>
    public static Task HoldAsync(this LibraDbContext database, string kind, string name, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"SELECT pg_advisory_xact_lock(hashtextextended({name}, {long.Parse(kind, CultureInfo.InvariantCulture)}))", cancellationToken);
}
