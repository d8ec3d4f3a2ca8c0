using ErrorOr;
using Libra.Deploy.Infrastructure.Credentials;
using Libra.Deploy.Infrastructure.Targets.Cloudflare;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>What is missing at Cloudflare is named in words, before anything is built.</summary>
public sealed class PreflightTests : IAsyncLifetime
{
    private CloudflareRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Check_WhenAllIsThere_AsksOneQuestionEveryFifteenSeconds()
    {
        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();
        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();
        _rig.Cloudflare.Calls.Should().Equal("dispatch namespace");

        _rig.Clock.Advance(TimeSpan.FromSeconds(16));
        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();

        _rig.Cloudflare.Calls.Should().Equal("dispatch namespace", "dispatch namespace");
    }

    [Fact]
    public async Task Check_WhenTheNamespaceIsMissing_MakesIt()
    {
        _rig.Cloudflare.Account.Namespaces.Clear();

        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();

        _rig.Cloudflare.Account.Namespaces.Should().ContainKey(CloudflareDouble.Namespace);
    }

    [Fact]
    public async Task Check_WhenAnotherNodeMakesTheNamespaceMeanwhile_TakesIt()
    {
        _rig.Cloudflare.Account.Namespaces.Clear();
        _rig.Cloudflare.Fail("new dispatch namespace", Fault.Before(() => _rig.Cloudflare.Account.Namespaces.TryAdd(CloudflareDouble.Namespace, false)));

        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();
    }

    [Fact]
    public async Task Check_WhenADisabledTokenIsAUsers_AsksAsUser()
    {
        (_rig.Cloudflare.Account.TokenIsUsers, _rig.Cloudflare.Account.TokenStatus) = (true, "disabled");

        await RefusedAsync("*API token is 'disabled' rather than active*");

        _rig.Cloudflare.Calls.Should().Equal("dispatch namespace", "account token", "user token");
    }

    [Fact]
    public async Task Check_WhenWorkersForPlatformsWasNotBought_SaysSo()
    {
        _rig.Cloudflare.Account.Entitled = false;

        await RefusedAsync("*Workers for Platforms is not part of the Cloudflare account's plan*");
    }

    [Fact]
    public async Task Check_WhenTheTokenIsDisabled_SaysSo()
    {
        _rig.Cloudflare.Account.TokenStatus = "disabled";

        await RefusedAsync("*API token is 'disabled' rather than active*CLOUDFLARE_API_TOKEN*");
    }

    [Fact]
    public async Task Check_WhenTheNamespaceIsTrusted_RefusesIt()
    {
        _rig.Cloudflare.Account.Trusted = true;

        await RefusedAsync("*libra-dispatcher trusts its workers*");
    }

    [Fact]
    public async Task Check_WhenThePermissionIsMissing_NamesIt()
    {
        _rig.Cloudflare.Fail("dispatch namespace", Fault.Code(403, 10000, "Authentication error"));

        await RefusedAsync("*'Workers Scripts: Edit (account)'*");
    }

    [Fact]
    public async Task Check_WhenTokenOrAccountIsWrong_NamesTheSetting()
    {
        await using var token = await CloudflareRig.StartAsync(options => options with { ApiToken = new ServiceKey("wrong") });
        await using var account = await CloudflareRig.StartAsync(options => options with { AccountId = new string('a', 32) });

        (await token.Target.CheckAsync(default)).FirstError.Description.Should().Contain("CLOUDFLARE_API_TOKEN");
        var unknown = (await account.Target.CheckAsync(default)).FirstError;
        unknown.Description.Should().Contain("CLOUDFLARE_ACCOUNT_ID").And.NotContain(new string('a', 32));
    }

    [Fact]
    public async Task Check_WhenCloudflareIsDown_MayBeTriedAgainSoon()
    {
        _rig.Cloudflare.Fail("dispatch namespace", Fault.Html(503), times: 2);

        (await _rig.Target.CheckAsync(default)).FirstError.Type.Should().Be(ErrorType.Unexpected);
        _rig.Clock.Advance(TimeSpan.FromSeconds(6));

        (await _rig.Target.CheckAsync(default)).IsError.Should().BeFalse();
    }

    [Theory]
    [InlineData(null, "*no fallback origin*")]
    [InlineData("initializing", "*fallback origin*'initializing' rather than active*")]
    public async Task CheckDomains_WhenTheFallbackOriginIsNotReady_SaysSo(string? status, string expected)
    {
        _rig.Cloudflare.Hostnames.FallbackOrigin = status;

        var refused = await _rig.Domains.CheckAsync(default);

        refused.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Failure });
        refused.FirstError.Description.Should().Match(expected);
    }

    [Fact]
    public async Task CheckDomains_WhenThereIsNoZone_NamesTheSetting()
    {
        await using var rig = await CloudflareRig.StartAsync(options => options with { ZoneId = null });

        (await rig.Domains.CheckAsync(default)).FirstError.Description.Should().Contain("CLOUDFLARE_ZONE_ID");
    }

    [Fact]
    public void Problems_WhenOptionsAreWrong_NameEachOfThem()
    {
        var wrong = CloudflareRig.Options(new Uri("http://api.example.org/")) with { AccountId = "x", ZoneId = "y", DispatchNamespace = "a b" };

        string.Join(' ', wrong.Problems()).Should().Match("*CLOUDFLARE_ACCOUNT_ID*CLOUDFLARE_ZONE_ID*DISPATCH_NAMESPACE_NAME*https*");
    }

    private async Task RefusedAsync(string expected)
    {
        var refused = await _rig.Target.CheckAsync(default);

        refused.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_UNAVAILABLE", Type = ErrorType.Failure });
        refused.FirstError.Description.Should().Match(expected);
    }
}
