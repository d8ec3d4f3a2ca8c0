using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Configuration;

namespace Libra.Deploy.UnitTests.Configuration;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("postgres://me:p%40ss@db.example:6543/libra?sslmode=require", "db.example", "6543", "libra", "p@ss")]
    [InlineData("postgresql://me:x@db/libra", "db", "5432", "libra", "x")]
    [InlineData("Host=db;Port=6000;Username=me;Password=x;Database=libra", "db", "6000", "libra", "x")]
    public void PostgresUrl_InEitherForm_IsRead(string text, string host, string port, string database, string password)
    {
        var read = new Npgsql.NpgsqlConnectionStringBuilder(PostgresUrl.ToConnectionString(text));

        (read.Host, read.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), read.Database, read.Password)
            .Should().Be((host, port, database, password));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("postgres://:::/")]
    [InlineData("Password=secret")]
    public void PostgresUrl_Nonsense_IsRefusedWithoutRepeatingIt(string text) =>
        FluentActions.Invoking(() => PostgresUrl.ToConnectionString(text))
            .Should().Throw<FormatException>().Which.Message.Should().NotContain("secret");

    [Fact]
    public void EnvironmentNames_ThatAreSet_ReachTheirOptions()
    {
        var set = new Dictionary<string, string> { ["MAX_BATCH_TIMEOUT"] = "45", ["MAX_RETRIES"] = "7", ["PORT"] = "" };

        var configuration = new ConfigurationBuilder().AddEnvironmentNames(set.GetValueOrDefault).Build();

        configuration["Queue:MaxBatchTimeout"].Should().Be("00:00:45");
        configuration["Deployments:MaxRetries"].Should().Be("7");
        configuration["Host:Port"].Should().BeNull("an empty variable counts as not set");
    }

    [Theory]
    [InlineData("Host:Roles", "api,nonsense", "LIBRA_ROLES")]
    [InlineData("Host:SandboxProvider", "docker", "SANDBOX_BUILDER_DEFAULT_PROVIDER")]
    [InlineData("Host:LogLevel", "loud", "LOG_LEVEL")]
    [InlineData("Host:Environment", "staging", "ENVIRONMENT")]
    [InlineData("Host:Port", "99999", "Port")]
    [InlineData("Host:Port", "x", "Port")]
    public void HostSettings_WithAWrongValue_StopTheStartNamingIt(string key, string value, string named)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();

        FluentActions.Invoking(() => HostSettings.Read(configuration))
            .Should().Throw<FormatException>().Which.Message.Should().Contain(named);
    }
}
