using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class RegistryTroubleTests
{
    [Theory]
    [InlineData("npm error code ECONNRESET", true)]
    [InlineData("npm error code E503", true)]
    [InlineData("npm error 503 Service Unavailable - GET https://registry.example/react", true)]
    [InlineData(" ERR_PNPM_FETCH_502  GET https://registry.example/react: Bad Gateway - 502", true)]
    [InlineData(" WARN  GET https://registry.example/react error (504). Will retry in 10 seconds. 2 retries left.", true)]
    [InlineData("error: GET https://registry.example/react - 503", true)]
    [InlineData("error: ConnectionRefused downloading package manifest react", true)]
    [InlineData("npm error 404  '@scope/typo@^3.503.0' is not in this registry.", false)]
    [InlineData("npm error 404 Not Found - GET https://registry.example/typo - Not found", false)]
    [InlineData("error: No version matching \"5.502.0\" found for specifier \"widget\" (but package exists)", false)]
    public void IsShownBy_ALine_WhenItTellsOfTheNetwork(string line, bool shown) =>
        RegistryTrouble.IsShownBy(["added 1 package", line]).Should().Be(shown);

    [Fact]
    public void IsShownBy_ALineThatRepeatsAStatus_StaysLinear() => Growth.ShouldBeLinear(1_000, times: 10, length =>
        RegistryTrouble.IsShownBy([string.Concat(Enumerable.Repeat("502 ", length))]));
}
