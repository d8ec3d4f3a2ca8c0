using Libra.Deploy.Infrastructure.Deployments;
namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// The order in which waiting deployments get slots, in one place for the dispatcher and for those who ask where they stand. An
/// organization's first comes before another's second, and what it has running counts as turns taken; within the organization priority
/// decides.
/// </summary>
/// <remarks>
/// Nothing here reads the whole line: it is asked each time a slot gets free, and may be long. The organizations are found one after
/// the other in the index of the line, and of each only the first few deployments are read.
/// </remarks>
internal static class WaitingLine
{
    /// <summary>A deployment that waits for its turn, due or not; the condition of the line's index.</summary>
    public const string Waits = "status = 'pending' AND dispatched_at IS NULL";

    /// <summary>A deployment that has a slot, or a job that waits for one; the condition of an index.</summary>
    public const string Runs =
        $"{DeploymentSql.Active} AND (status <> 'pending' OR dispatched_at IS NOT NULL)";

    /// <summary>The order within an organization, and of the line's index.</summary>
    public const string OrderWithin = "priority DESC, due_at, id";

    /// <summary>
    /// Parts of a WITH RECURSIVE: <c>standing</c> has every organization of which something waits, with how many it has
    /// <c>running</c> and when one of its deployments <c>last</c> got a slot.
    /// </summary>
    public const string Standings =
        $"""
        organization AS (
            (SELECT organization_id AS id FROM deploy.deployments WHERE {Waits} ORDER BY organization_id LIMIT 1)
            UNION ALL
            SELECT (
                SELECT organization_id FROM deploy.deployments WHERE {Waits} AND organization_id > organization.id
                ORDER BY organization_id LIMIT 1)
            FROM organization WHERE organization.id IS NOT NULL),
        standing AS MATERIALIZED (
            SELECT organization.id AS organization_id,
                (SELECT count(*) FROM deploy.deployments d WHERE d.organization_id = organization.id AND {Runs}) AS running,
                (SELECT max(dispatched_at) FROM deploy.deployments d WHERE d.organization_id = organization.id) AS last
            FROM organization WHERE organization.id IS NOT NULL)
        """;

    /// <summary>
    /// The first deployments of <c>standing</c> that are due, each with its <c>place</c> within the organization. <c>$1</c> is now.
    /// </summary>
    /// <param name="most">How many of each organization, as SQL.</param>
    public static string FirstOfEach(string most) =>
        $"""
        LATERAL (
            SELECT id, due_at, row_number() OVER (ORDER BY {OrderWithin}) AS place
            FROM (
                SELECT id, due_at, priority FROM deploy.deployments
                WHERE organization_id = standing.organization_id AND {Waits} AND due_at <= $1
                ORDER BY {OrderWithin} LIMIT {most}) due)
        """;

    /// <summary>The turn up to which an organization's deployments may start now.</summary>
    /// <param name="runningPerOrganization">0 means no cap.</param>
    public static long CapOf(int runningPerOrganization) => runningPerOrganization == 0 ? int.MaxValue : runningPerOrganization;
}
