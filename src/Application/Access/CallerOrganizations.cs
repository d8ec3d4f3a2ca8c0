using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.Application.Access;

/// <summary>Tells the other modules what a caller may see without telling them who it is.</summary>
public static class CallerOrganizations
{
    /// <summary>The filter for everything that the caller asks for.</summary>
    public static OrganizationFilter Visible(this Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return caller.SeesAllOrganizations ? OrganizationFilter.All : new OrganizationFilter(caller.Organizations);
    }
}
