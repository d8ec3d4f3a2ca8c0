using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.UnitTests.Configuration;

/// <summary>Who sets a part of what a service needs wants that service, and not silently this machine in its place.</summary>
public sealed class HalfSetTests
{
    private readonly ServiceCollection _services = new();

    [Theory]
    [InlineData("R2:AccessKeyId", "R2_ENDPOINT")]
    [InlineData("R2:SecretAccessKey", "R2_ENDPOINT")]
    [InlineData("R2:Endpoint", "R2_ACCESS_KEY_ID")]
    public void Storage_WhenOnlyAPartIsSet_IsRefusedNamingTheRest(string key, string missing) =>
        FluentActions.Invoking(() => _services.AddStorage(With((key, "https://r2.example")), new HostSettings(), "Host=db"))
            .Should().Throw<StartRefusedException>().Which.Message.Should().Contain(missing);

    [Theory]
    [InlineData("Cloudflare:AccountId", "CLOUDFLARE_API_TOKEN")]
    [InlineData("Cloudflare:ApiToken", "CLOUDFLARE_ACCOUNT_ID")]
    [InlineData("Cloudflare:ZoneId", "CLOUDFLARE_ACCOUNT_ID")]
    public void Target_WhenOnlyAPartIsSet_IsRefusedNamingTheRest(string key, string missing) =>
        FluentActions.Invoking(() => _services.AddTarget(
                With((key, "023e105f4ecef8ad9ca31a8372d0c353")), new HostSettings(), RuntimeLayout.Find()))
            .Should().Throw<StartRefusedException>().Which.Message.Should().Contain(missing);

    [Fact]
    public void StorageAndTarget_WhenNothingIsSet_AreThisMachinesAndSayWhatToSetInstead()
    {
        var settings = new HostSettings { DataDirectory = "/srv/libra" };

        _services.AddStorage(With(), settings, "Host=db");
        _services.AddTarget(With(), settings, RuntimeLayout.Find());

        var parts = _services.BuildServiceProvider().GetServices<LocalPart>().ToList();
        parts.Should().HaveCount(2);
        parts.Should().ContainSingle(part => part.What.Contains("/srv/libra/objects") && part.Instead.Contains("R2_ENDPOINT"));
        parts.Should().ContainSingle(part => part.Instead.Contains("CLOUDFLARE_ACCOUNT_ID"));
    }

    private static ConfigurationManager With(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        return configuration;
    }
}
