using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Pages of long tables.</summary>
internal static class Pages
{
    /// <summary>The first rows of a query, their number as a literal in the SQL.</summary>
    /// <remarks>
    /// Of a parameter PostgreSQL expects a tenth of the table, so one plan for all values looks expensive to it, and it plans statements
    /// over a long table anew each time: 0.25 ms for the two of a list, which themselves take 0.1.
    /// </remarks>
    public static IQueryable<T> TakeLiteral<T>(this IQueryable<T> rows, int count)
    {
        var literal = Expression.Call(typeof(EF), nameof(EF.Constant), [typeof(int)], Expression.Constant(count));
        return rows.Provider.CreateQuery<T>(
            Expression.Call(typeof(Queryable), nameof(Queryable.Take), [typeof(T)], rows.Expression, literal));
    }
}
