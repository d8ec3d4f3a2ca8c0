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

    [Fact]
    public void PostgresUrl_AsNeonGivesIt_IsRead()
    {
        var read = new Npgsql.NpgsqlConnectionStringBuilder(PostgresUrl.ToConnectionString(
            "postgresql://me:x@ep-a-pooler.eu.aws.neon.tech/neondb?sslmode=require&channel_binding=require"));

        (read.Host, read.Database, read.SslMode, read.ChannelBinding)
            .Should().Be(("ep-a-pooler.eu.aws.neon.tech", "neondb", Npgsql.SslMode.Require, Npgsql.ChannelBinding.Require));
    }

    [Theory]
    [InlineData("sslmode=verify-full&sslrootcert=/ca.pem", "Root Certificate", "/ca.pem")]
    [InlineData("sslmode=verify-full&sslrootcert=system", "SSL Mode", "VerifyFull")]
    [InlineData("sslrootcert=system", "SSL Mode", "VerifyFull")]
    [InlineData("sslcert=/me.pem&sslkey=/me.key", "SSL Certificate", "/me.pem")]
    [InlineData("sslcert=/me.pem&sslkey=/me.key", "SSL Key", "/me.key")]
    [InlineData("sslpassword=secret", "SSL Password", "secret")]
    [InlineData("sslnegotiation=direct", "SSL Negotiation", "Direct")]
    [InlineData("gssencmode=disable", "GSS Encryption Mode", "Disable")]
    [InlineData("connect_timeout=7", "Timeout", "7")]
    [InlineData("application_name=libra", "Application Name", "libra")]
    [InlineData("options=project%3Dep-a", "Options", "project=ep-a")]
    [InlineData("keepalives=1&keepalives_idle=30", "TCP Keepalive Time", "30")]
    [InlineData("client_encoding=UTF8", "Client Encoding", "UTF8")]
    [InlineData("target_session_attrs=read-write", "Host", "db")]
    [InlineData("host=/var/run/postgresql", "Host", "/var/run/postgresql")]
    public void PostgresUrl_WithAParameterOfLibpq_IsRead(string parameters, string keyword, string value) =>
        new Npgsql.NpgsqlConnectionStringBuilder(PostgresUrl.ToConnectionString($"postgres://me:x@db/libra?{parameters}"))[keyword]
            .ToString().Should().Be(value);

    [Theory]
    [InlineData("sslrootcert=system&sslmode=require")]
    [InlineData("sslmode=prefer&sslrootcert=system")]
    [InlineData("sslmode=verify-ca&sslrootcert=system")]
    [InlineData("SSL%20Mode=Disable&sslrootcert=system")]
    public void PostgresUrl_WithTheSystemsRootsBesideAWeakerMode_IsRefused(string parameters) =>
        FluentActions.Invoking(() => PostgresUrl.ToConnectionString($"postgres://me:x@db/libra?{parameters}"))
            .Should().Throw<StartRefusedException>().WithMessage("*sslrootcert=system*sslmode=verify-full*");

    [Theory]
    [InlineData("pgbouncer=secret")]
    [InlineData("sslmode=secret")]
    [InlineData("connect_timeout=secret")]
    public void PostgresUrl_WithAParameterThatIsNotKnown_IsRefusedNamingItAlone(string parameter) =>
        FluentActions.Invoking(() => PostgresUrl.ToConnectionString($"postgres://me:x@db/libra?{parameter}"))
            .Should().Throw<StartRefusedException>().Which.Message
            .Should().Contain($"'{parameter.Split('=')[0]}'").And.NotContain("secret");

    [Theory]
    [InlineData("postgres://me:1?secret@db/libra")]
    [InlineData("nonsense")]
    [InlineData("postgres://:::/")]
    [InlineData("Password=secret")]
    public void PostgresUrl_Nonsense_IsRefusedWithoutRepeatingIt(string text) =>
        FluentActions.Invoking(() => PostgresUrl.ToConnectionString(text))
            .Should().Throw<StartRefusedException>().Which.Message.Should().NotContain("secret");

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
    [InlineData("0", "00:00:01")]
    [InlineData("0.5", "00:00:00.5000000")]
    public void MaxBatchTimeout_AsTheOldServiceTookIt_IsReadWithoutAskingTheDatabaseWithoutEnd(string set, string read)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentNames(name => name == "MAX_BATCH_TIMEOUT" ? set : null).Build();

        configuration["Queue:MaxBatchTimeout"].Should().Be(read);
    }

    [Theory]
    [InlineData("30s")]
    [InlineData("-1")]
    [InlineData("99999999999999999999")]
    public void MaxBatchTimeout_ThatIsNoNumberOfSeconds_StopsTheStartNamingIt(string set) =>
        FluentActions.Invoking(() => new ConfigurationBuilder().AddEnvironmentNames(name => name == "MAX_BATCH_TIMEOUT" ? set : null))
            .Should().Throw<StartRefusedException>().WithMessage($"MAX_BATCH_TIMEOUT={set} cannot be read: *");

    [Theory]
    [InlineData("Host:Roles", "api,nonsense", "LIBRA_ROLES")]
    [InlineData("Host:SandboxProvider", "docker", "SANDBOX_BUILDER_DEFAULT_PROVIDER")]
    [InlineData("Host:LogLevel", "loud", "LOG_LEVEL")]
    [InlineData("Host:Environment", "staging", "ENVIRONMENT")]
    [InlineData("Host:Port", "99999", "Port")]
    [InlineData("Host:Port", "x", "Port")]
    [InlineData("Host:Address", "localhost", "Host:Address")]
    public void HostSettings_WithAWrongValue_StopTheStartNamingIt(string key, string value, string named)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [key] = value }).Build();

        FluentActions.Invoking(() => HostSettings.Read(configuration))
            .Should().Throw<StartRefusedException>().Which.Message.Should().Contain(named);
    }
}
