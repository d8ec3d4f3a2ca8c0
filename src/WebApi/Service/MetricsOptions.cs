namespace Libra.Deploy.WebApi.Service;

/// <summary>Who may read the metrics.</summary>
public sealed class MetricsOptions
{
    /// <summary>
    /// True opens <c>/metrics</c> to everybody who reaches the port; otherwise it needs the scope <c>operations:read</c>. Not
    /// decided by the caller's address: behind a proxy of the same machine everybody would come from loopback.
    /// </summary>
    public bool Public { get; set; }
}
