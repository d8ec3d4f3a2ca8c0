using System.Data.Common;

namespace Libra.Deploy.Application.Common;

/// <summary>Tells a database that is away from everything else that can go wrong.</summary>
public static class DatabaseOutage
{
    /// <summary>True when that is what a failure comes from.</summary>
    /// <remarks>EF and the retry strategy wrap the driver's exception, so the whole chain is asked.</remarks>
    public static bool IsBehind(Exception? failure) =>
        failure is not null && (failure is DbException { IsTransient: true } || IsBehind(failure.InnerException));
}
