using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Who may look at the dashboard: its pages know no organizations, so a caller must see all of them.</summary>
internal static class DashboardAccess
{
    public static bool MayLook(Caller caller) => caller.SeesAllOrganizations && caller.Has(Scopes.OperationsRead);

    public static bool MayAct(Caller caller) => MayLook(caller) && caller.Has(Scopes.OperationsWrite);
}
