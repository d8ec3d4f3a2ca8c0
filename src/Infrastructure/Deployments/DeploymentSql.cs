namespace Libra.Deploy.Infrastructure.Deployments;

/// <summary>Conditions over the table of deployments that several statements share.</summary>
internal static class DeploymentSql
{
    /// <summary>Has not ended; as the partial indexes have it, so that PostgreSQL uses them.</summary>
    public const string Active = "status NOT IN ('completed', 'failed', 'cancelled')";
}
