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
    [InlineData("npm error network timeout at: https://registry.example/react", true)]
    [InlineData("error: ConnectionClosed downloading package manifest react", true)]
    [InlineData("Error: ERR_PNPM_FETCH_503", true)]
    [InlineData("Error: ERR_PNPM_RESOLVING_NPM_RESOLVER_NETWORK_ERROR", true)]
    [InlineData("  ╰─▶ Tarball server returned HTTP 503 for https://registry.example/react/-/react-", true)]
    [InlineData("  ╰─▶ Failed to fetch https://registry.example/react/-/react-1.0.0.tgz: error sending", true)]
    [InlineData("[WARN] GET https://registry.example/a error (Tarball server returned HTTP 503 for https://registry.example/a) — 1", true)]
    [InlineData(" WARN  GET https://registry.example/react error (ECONNRESET). Will retry in 10 seconds. 2 retries left.", true)]
    [InlineData("npm error code E429", true)]
    [InlineData("npm error 429 Too Many Requests - GET https://registry.example/react", true)]
    [InlineData("error: GET https://registry.example/react - 429", true)]
    [InlineData("Error: ERR_PNPM_FETCH_429", true)]
    [InlineData("[WARN] GET https://registry.example/react error (429)", true)]
    [InlineData("error: GET https://registry.example/ECONNRESET - 404", false)]
    [InlineData("error: x@npm:ETIMEDOUT@1 failed to resolve", false)]
    [InlineData("error: ConnectionRefused downloading package manifest a@1.0.0 failed to resolve", false)]
    [InlineData("npm error 404 Not Found - GET https://registry.example/@scope%2fECONNRESET", false)]
    [InlineData("npm error 404  The requested resource 'socket hang up@npm error code E503' could not be found", false)]
    [InlineData("Error: ERR_PNPM_FETCH_404", false)]
    [InlineData("  ╰─▶ GET https://registry.example/EAI_AGAIN: Not Found - 404", false)]
    public void IsShownBy_ALine_WhenItTellsOfTheNetwork(string line, bool shown) =>
        RegistryTrouble.IsShownBy(["added 1 package", line]).Should().Be(shown);

    [Theory]
    [InlineData("npm error code E404")]
    [InlineData("npm error code ETARGET")]
    [InlineData("error: GET https://registry.example/typo - 404")]
    [InlineData("error: No version matching \"9.0.0\" found for specifier \"widget\" (but package exists)")]
    [InlineData("Error: ERR_PNPM_FETCH_404")]
    [InlineData("Error: ERR_PNPM_NO_MATCHING_VERSION")]
    public void IsShownBy_WhenAPackageDoesNotExist_IsFalseWhateverElseWentWrong(string missing) => RegistryTrouble.IsShownBy(
        ["[WARN] GET https://registry.example/react error (503)", "error: GET https://registry.example/react - 503", missing])
        .Should().BeFalse();

    [Fact]
    public void IsShownBy_ALineThatRepeatsAStatus_StaysLinear() => Growth.ShouldBeLinear(1_000, times: 10, length =>
        RegistryTrouble.IsShownBy([string.Concat(Enumerable.Repeat("502 ", length))]));
}
