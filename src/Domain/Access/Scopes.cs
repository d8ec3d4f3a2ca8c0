using System.Collections.Frozen;

namespace Libra.Deploy.Domain.Access;

/// <summary>What a caller may do; the names are frozen by docs/api.md and stand in tokens.</summary>
public static class Scopes
{
    public const string DeploymentsRead = "deployments:read";
    public const string DeploymentsWrite = "deployments:write";
    public const string ProjectsWrite = "projects:write";
    public const string OperationsRead = "operations:read";
    public const string OperationsWrite = "operations:write";

    /// <summary>Everything, in every organization.</summary>
    public const string Admin = "admin";

    /// <summary>All scopes there are.</summary>
    public static readonly FrozenSet<string> All =
        FrozenSet.Create(StringComparer.Ordinal, DeploymentsRead, DeploymentsWrite, ProjectsWrite, OperationsRead, OperationsWrite, Admin);
}
