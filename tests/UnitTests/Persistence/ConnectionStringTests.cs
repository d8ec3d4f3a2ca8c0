using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.WebApi.Configuration;

namespace Libra.Deploy.UnitTests.Persistence;

public class ConnectionStringTests
{
    [Fact]
    public void Tuned_WhenNothingIsSaid_PreparesStatementsAndKeepsSessions()
    {
        var settings = DatabaseAddress.Tuned("Host=db;Username=libra");

        settings.MaxAutoPrepare.Should().BePositive();
        settings.NoResetOnClose.Should().BeTrue();
    }

    [Theory]
    [InlineData("Host=db;Username=libra", 200)]
    [InlineData("postgres://libra@db/libra", 200)]
    [InlineData("Host=db;Max Auto Prepare=0", 0)]
    [InlineData("postgres://libra@db/libra?Max%20Auto%20Prepare=0", 0)]
    [InlineData("postgres://libra@db/libra?Max%20Auto%20Prepare=30", 30)]
    public void Tuned_OfWhatTheOperatorHasSet_PreparesAsManyAsItSays(string address, int prepared) =>
        DatabaseAddress.Tuned(PostgresUrl.ToConnectionString(address)).MaxAutoPrepare.Should().Be(prepared);

    [Theory]
    [InlineData("Host=db;Max Auto Prepare=0;No Reset On Close=false")]
    [InlineData("Host=db;MaxAutoPrepare=0;NoResetOnClose=false")]
    public void Tuned_WhenTheOperatorSaysOtherwise_ObeysThem(string connectionString)
    {
        var settings = DatabaseAddress.Tuned(connectionString);

        settings.MaxAutoPrepare.Should().Be(0);
        settings.NoResetOnClose.Should().BeFalse();
    }
}
