namespace Libra.Deploy.Application.Common;

/// <summary>Which organizations a caller may see; what belongs to any other looks missing, so that ids cannot be probed.</summary>
/// <param name="Only">Null means all.</param>
public sealed record OrganizationFilter(IReadOnlyCollection<string>? Only)
{
    /// <summary>For operators and for the service itself.</summary>
    public static OrganizationFilter All { get; } = new((IReadOnlyCollection<string>?)null);

    public bool Allows(string organizationId) => Only is null || Only.Contains(organizationId);

    /// <summary>Those of the asked ones that the caller may see.</summary>
    /// <param name="asked">Null asks for all.</param>
    /// <returns>Null when all may be seen.</returns>
    public IReadOnlyCollection<string>? Narrow(IReadOnlyCollection<string>? asked) => asked is null ? Only : [.. asked.Where(Allows)];
}
