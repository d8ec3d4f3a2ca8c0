using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.WebApi.Service;

/// <summary>How the process leaves a fleet.</summary>
public sealed class DrainOptions
{
    /// <summary>
    /// How long a stopping node still answers after it has said that it is not ready, so that a balancer sees it; 0 stops at once.
    /// </summary>
    [Range(0, 20)]
    public int NoticeSeconds { get; set; } = 3;
}
