using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Libra.Deploy.IntegrationTests.Persistence;

/// <summary>The columns of <c>deploy.deployments</c>, for tests that copy rows.</summary>
internal static class DeploymentColumns
{
    /// <summary>All but those that PostgreSQL works out by itself, which nobody may write, with commas between them.</summary>
    public static readonly string Written = Read();

    private static string Read()
    {
        using var context = new DesignTimeDbContextFactory().CreateDbContext([]);
        var table = context.GetService<IDesignTimeModel>().Model.GetRelationalModel().FindTable("deployments", LibraDbContext.Schema)!;
        return string.Join(", ", table.Columns.Where(column => column.ComputedColumnSql is null && column.Name != "xmin").Select(column => column.Name));
    }
}
