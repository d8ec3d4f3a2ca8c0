using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>For the migrations tool, so that it never starts the service; the address is never opened.</summary>
internal sealed class DesignTimeDbContextFactory : IDesignTimeDbContextFactory<LibraDbContext>
{
    public LibraDbContext CreateDbContext(string[] args) =>
        new(PersistenceRegistration.Configure(new DbContextOptionsBuilder<LibraDbContext>(), "Host=design-time").Options);
}
