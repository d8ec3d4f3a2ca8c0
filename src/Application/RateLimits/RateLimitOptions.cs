using System.ComponentModel.DataAnnotations;

namespace Libra.Deploy.Application.RateLimits;

/// <summary>How often one user, or a token that is bound to none, may ask for a deployment of one project, over all nodes.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Requests in a window; 0 switches the limit off.</summary>
    [Range(0, 1_000_000)]
    public int Limit { get; set; } = 3;

    /// <summary>Length of a window in whole seconds; it begins with the first request in it.</summary>
    [Range(1, 86_400)]
    public int WindowSeconds { get; set; } = 60;
}
