using System.Text.Json.Nodes;
using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Cloudflare.Double;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>The life of a custom domain at Cloudflare.</summary>
public sealed class CustomHostnameTests : IAsyncLifetime
{
    private static readonly CustomDomain Domain = CustomDomain.FromStorage("shop.example.org");

    private CloudflareRig _rig = null!;

    private HostnameState Hostnames => _rig.Cloudflare.Hostnames;

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Ensure_WhenNew_AddsItAndSaysWhatTheOwnerMustPublish()
    {
        var state = (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).Value;

        state.Progress.Should().Be(CustomDomainProgress.Pending);
        state.CertificateStatus.Should().Be("initializing");
        state.HostnameId.Should().Be((string)Hostnames.Named(Domain.Value)["id"]!);
        state.Records.Select(record => (record.Purpose, record.Type, record.Name)).Should().Equal(
            ("ownership", "TXT", "_cf-custom-hostname.shop.example.org"),
            ("ownership", "HTTP", $"http://shop.example.org/.well-known/cf-custom-hostname-challenge/{state.HostnameId}"));
    }

    [Fact]
    public async Task Ensure_WhenRepeated_FindsItByName()
    {
        var first = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        var second = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        second.Value.HostnameId.Should().Be(first.Value.HostnameId);
        _rig.Cloudflare.CountOf("new custom hostname").Should().Be(1);
    }

    [Fact]
    public async Task Ensure_WhenTheAnswerIsLost_AdoptsWhatWasMade()
    {
        _rig.Cloudflare.Fail("new custom hostname", Fault.AnswerLost);

        var state = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        state.IsError.Should().BeFalse();
        Hostnames.ById.Should().ContainSingle();
        _rig.Cloudflare.CountOf("new custom hostname").Should().Be(1, "whether it took effect was not known");
    }

    [Fact]
    public async Task Ensure_WhenMadeAtTheSameMoment_AdoptsIt()
    {
        _rig.Cloudflare.Fail("new custom hostname", Fault.Before(() => Hostnames.Add(Domain.Value)));

        (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).IsError.Should().BeFalse();

        Hostnames.ById.Should().ContainSingle();
        _rig.Cloudflare.CountOf("new custom hostname").Should().Be(1, "what is there does not go away by asking again");
    }

    [Fact]
    public async Task Ensure_WhenItIsSomebodyElses_LeavesItAlone()
    {
        Hostnames.Add(Domain.Value, new JsonObject { ["libra_project"] = "other" });

        var refused = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        refused.FirstError.Should().BeEquivalentTo(new { Code = "TARGET_REJECTED", Type = ErrorType.Failure });
        (await _rig.Domains.RemoveAsync(Domain, null, "shop", default)).IsError.Should().BeFalse();
        Hostnames.ById.Should().ContainSingle("it is not ours to remove either");
    }

    [Fact]
    public async Task Ensure_WhenTheProjectHasItByItsId_StartsItAnewWhateverItsOrigin()
    {
        var id = (string)Hostnames.Add(Domain.Value)["id"]!;
        Hostnames.Named(Domain.Value)["custom_origin_server"] = "old.example.net"; // as the platform made them before us
        Hostnames.Move(Domain.Value, "moved", "active");

        var refused = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);
        var state = await _rig.Domains.EnsureAsync(Domain, id, "shop", default);

        refused.FirstError.Code.Should().Be("TARGET_REJECTED", "nothing says that it is this project's");
        state.Value.Should().BeEquivalentTo(new { HostnameId = id, Progress = CustomDomainProgress.Pending });
    }

    [Fact]
    public async Task Ensure_WhenMetadataIsOn_WritesWhoseItIsAndAdoptsNoOther()
    {
        await using var rig = await CloudflareRig.StartAsync(options => options with { HostnameMetadata = true });
        (await rig.Domains.EnsureAsync(Domain, null, "shop", default)).IsError.Should().BeFalse();
        rig.Cloudflare.Hostnames.Add("strange.example.org");

        ((string)rig.Cloudflare.Hostnames.Named(Domain.Value)["custom_metadata"]!["libra_project"]!).Should().Be("shop");
        (await rig.Domains.EnsureAsync(Domain, null, "shop", default)).IsError.Should().BeFalse();
        (await rig.Domains.EnsureAsync(CustomDomain.FromStorage("strange.example.org"), null, "shop", default)).IsError.Should().BeTrue();
    }

    [Fact]
    public async Task Ensure_WhenVerificationRanOutOfTime_StartsItAnew()
    {
        await _rig.Domains.EnsureAsync(Domain, null, "shop", default);
        Hostnames.Move(Domain.Value, "pending", "validation_timed_out");

        var state = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        state.Value.CertificateStatus.Should().Be("pending_validation");
        _rig.Cloudflare.CountOf("custom hostname revalidation").Should().Be(1);
    }

    [Theory]
    [InlineData("moved", "active")]
    [InlineData("deleted", "active")]
    [InlineData("active", "expired")]
    public async Task Ensure_WhenItHadFailed_HasCloudflareLookAgain(string status, string certificate)
    {
        await _rig.Domains.EnsureAsync(Domain, null, "shop", default);
        Hostnames.Move(Domain.Value, status, certificate);

        var state = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        state.Value.Progress.Should().NotBe(CustomDomainProgress.Failed);
        _rig.Cloudflare.CountOf("custom hostname revalidation").Should().Be(1);
    }

    [Theory]
    [InlineData("blocked")]
    [InlineData("pending_deletion")]
    public async Task Ensure_WhenCloudflareWillNotHaveIt_OnlyTellsSo(string status)
    {
        await _rig.Domains.EnsureAsync(Domain, null, "shop", default);
        Hostnames.Move(Domain.Value, status, "active");

        (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).Value.Progress.Should().Be(CustomDomainProgress.Failed);

        _rig.Cloudflare.CountOf("custom hostname revalidation").Should().Be(0);
    }

    [Theory]
    [InlineData("pending", "initializing", CustomDomainProgress.Pending)]
    [InlineData("pending", "active", CustomDomainProgress.Pending)]
    [InlineData("pending_provisioned", "pending_validation", CustomDomainProgress.Pending)]
    [InlineData("active", "pending_issuance", CustomDomainProgress.Verified)]
    [InlineData("active", "a_new_word", CustomDomainProgress.Verified)]
    [InlineData("active", "active", CustomDomainProgress.Live)]
    [InlineData("active_redeploying", "active", CustomDomainProgress.Live)]
    [InlineData("moved", "active", CustomDomainProgress.Failed)]
    [InlineData("blocked", "active", CustomDomainProgress.Failed)]
    [InlineData("active", "expired", CustomDomainProgress.Failed)]
    [InlineData("pending", "issuance_timed_out", CustomDomainProgress.Failed)]
    public async Task Read_WhenCloudflareMovesOn_TellsHowFar(string status, string certificate, CustomDomainProgress expected)
    {
        var id = (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).Value.HostnameId!;
        Hostnames.Move(Domain.Value, status, certificate);
        var entry = Hostnames.Named(Domain.Value);
        entry["verification_errors"] = new JsonArray("custom hostname does not CNAME to this zone.");
        entry["ssl"]!["validation_errors"] = new JsonArray(new JsonObject { ["message"] = "SERVFAIL looking up CAA" });
        entry["ssl"]!["validation_records"] = new JsonArray(new JsonObject { ["txt_name"] = "_acme-challenge.shop.example.org", ["txt_value"] = "v" });

        var state = (await _rig.Domains.ReadAsync(Domain, id, default)).Value!;

        state.Progress.Should().Be(expected);
        state.Records.Should().Contain(new VerificationRecord("certificate", "TXT", "_acme-challenge.shop.example.org", "v"));
        if (expected == CustomDomainProgress.Live) state.Reason.Should().BeNull();
        else state.Reason.Should().Contain("does not CNAME").And.Contain("SERVFAIL");
    }

    [Fact]
    public async Task Read_WhenCloudflareIsDown_SaysNothingOfTheDomain()
    {
        var id = (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).Value.HostnameId!;
        _rig.Cloudflare.Fail("custom hostname", Fault.Html(503), times: 3);

        (await _rig.Domains.ReadAsync(Domain, id, default)).FirstError.Type.Should().Be(ErrorType.Unexpected);
    }

    [Fact]
    public async Task Read_WhenCloudflareDoesNotAnswer_SaysThatNoDomainWillHaveAnAnswerNow()
    {
        var id = (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).Value.HostnameId!;
        foreach (var (fault, none) in new[] { (Fault.Dropped, true), (Fault.TooMany("90"), true), (Fault.Html(503), false) })
        {
            _rig.Cloudflare.Fail("custom hostname", fault, times: 3);

            var error = (await _rig.Domains.ReadAsync(Domain, id, default)).FirstError;

            error.Metadata!.ContainsKey(ICustomDomains.Unanswered).Should().Be(none, fault.Name);
            _rig.Cloudflare.Recover();
        }
    }

    [Fact]
    public async Task Read_WhenItIsGone_FindsNothing()
    {
        (await _rig.Domains.ReadAsync(Domain, "gone", default)).Should().BeEquivalentTo(new { IsError = false, Value = (object?)null });
    }

    [Fact]
    public async Task Remove_WhenKnownByIdOrByName_TakesItAwayOnce()
    {
        var id = (await _rig.Domains.EnsureAsync(Domain, null, "shop", default)).Value.HostnameId!;
        (await _rig.Domains.RemoveAsync(Domain, id, "shop", default)).IsError.Should().BeFalse();
        (await _rig.Domains.RemoveAsync(Domain, id, "shop", default)).IsError.Should().BeFalse();

        await _rig.Domains.EnsureAsync(Domain, null, "shop", default);
        (await _rig.Domains.RemoveAsync(Domain, null, "shop", default)).IsError.Should().BeFalse();

        Hostnames.ById.Should().BeEmpty();
    }

    [Theory]
    [InlineData(403, 1404, "TARGET_UNAVAILABLE")]
    [InlineData(403, 1405, "TARGET_UNAVAILABLE")]
    [InlineData(403, 1413, "TARGET_UNAVAILABLE")]
    [InlineData(400, 1409, "TARGET_REJECTED")]
    [InlineData(400, 1432, "TARGET_UNAVAILABLE")]
    public async Task Ensure_WhenRefused_SaysWhoseMatterItIs(int status, int code, string expected)
    {
        _rig.Cloudflare.Fail("new custom hostname", Fault.Code(status, code));

        var refused = await _rig.Domains.EnsureAsync(Domain, null, "shop", default);

        refused.FirstError.Should().BeEquivalentTo(new { Code = expected, Type = ErrorType.Failure });
    }
}
