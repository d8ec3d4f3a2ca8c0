using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.WebApi.Composition;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.UnitTests.Http;

public sealed class OriginsApartFromSitesTests
{
    [Theory]
    [InlineData("https://*.libra.sh")]
    [InlineData("http://*.libra.sh:*")]
    [InlineData("https://*.sh")]
    [InlineData("https://shop-worker.libra.sh")]
    [InlineData("https://SHOP-WORKER.LIBRA.SH:8443")]
    public void Validate_WhenAProjectsSiteWouldBeTrusted_NamesTheOrigin(string origin)
    {
        var result = Check("https://libra.dev", origin);

        result.FailureMessage.Should().Contain(origin).And.Contain("below libra.sh").And.NotContain("libra.dev");
    }

    [Theory]
    [InlineData("https://*.libra.dev")]
    [InlineData("https://libra.sh")]
    [InlineData("https://app.libra.sh")]
    [InlineData("https://*.app.libra.sh")]
    [InlineData("https://*.notlibra.sh")]
    [InlineData("https://shop-worker.libra.dev")]
    public void Validate_WhenNoSiteCanHaveTheOrigin_Allows(string origin) => Check(origin).Succeeded.Should().BeTrue();

    [Fact]
    public void Validate_WhenAnOriginCannotBeRead_SaysWhichAndHowToWriteIt() =>
        Check("https://libra.dev", "libra.dev/console").FailureMessage
            .Should().Contain("Http:AllowedOrigins: 'libra.dev/console' is not an origin").And.Contain("https://*.example.com");

    [Fact]
    public void Validate_OfWhatProductionTrustsByItself_Allows() =>
        Check([.. LibraHttpOptions.ProductionOrigins]).Succeeded.Should().BeTrue();

    private static Microsoft.Extensions.Options.ValidateOptionsResult Check(params string[] origins) =>
        new OriginsApartFromSites(new SitesBelow("libra.sh")).Validate(name: null, new LibraHttpOptions { AllowedOrigins = origins });

    /// <summary>A target of which only the addresses are asked.</summary>
    private sealed class SitesBelow(string zone) : IDeployTarget
    {
        public string Name => "named";

        public Uri AddressOf(WorkerName worker) => new($"https://{worker.Value}.{zone}");

        public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<ErrorOr<Success>> RemoveAsync(WorkerName worker, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
