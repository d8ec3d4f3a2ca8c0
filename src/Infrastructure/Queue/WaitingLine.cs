namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>
/// The order in which waiting deployments get slots, in one place for the dispatcher and for those who ask where they stand.
/// </summary>
internal static class WaitingLine
{
    /// <summary>
    /// Parts of a WITH: <c>line</c> has every due deployment with its <c>turn</c>. An organization's first comes before another's
    /// second, and what it has running counts as turns taken; within the organization priority decides. <c>$1</c> is now.
    /// </summary>
    public const string Sql =
        """
        busy AS (
            SELECT organization_id, count(*) AS running FROM deploy.deployments
            WHERE status NOT IN ('completed', 'failed', 'cancelled') AND (status <> 'pending' OR dispatched_at IS NOT NULL)
            GROUP BY organization_id),
        waiting AS (
            SELECT id, organization_id, due_at,
                row_number() OVER (PARTITION BY organization_id ORDER BY settings_priority DESC, due_at, id) AS place
            FROM deploy.deployments WHERE status = 'pending' AND dispatched_at IS NULL AND due_at <= $1),
        served AS MATERIALIZED (
            SELECT organization_id,
                (SELECT max(dispatched_at) FROM deploy.deployments d WHERE d.organization_id = w.organization_id) AS last
            FROM (SELECT DISTINCT organization_id FROM waiting) w),
        line AS (
            SELECT w.id, w.due_at, COALESCE(b.running, 0) + w.place AS turn, s.last
            FROM waiting w JOIN served s USING (organization_id) LEFT JOIN busy b USING (organization_id))
        """;

    /// <summary>
    /// The order of <c>line</c>. Of two with the same turn the one goes first whose organization was served longer ago: by time
    /// alone, the newcomer would wait for all of the other's when there is one slot.
    /// </summary>
    public const string Order = "turn, last NULLS FIRST, due_at, id";

    /// <summary>The turn up to which an organization's deployments may start now.</summary>
    /// <param name="runningPerOrganization">0 means no cap.</param>
    public static long CapOf(int runningPerOrganization) => runningPerOrganization == 0 ? int.MaxValue : runningPerOrganization;
}
