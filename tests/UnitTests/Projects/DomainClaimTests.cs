using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.UnitTests.Projects;

public sealed class DomainClaimTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly CustomDomain Shop = CustomDomain.FromStorage("shop.example.org");

    [Fact]
    public void Claim_WhenNew_IsOnlyReservedAndAsksNobody()
    {
        var claim = New();

        (claim.ReservedUntil, claim.NextCheckAt, claim.Progress).Should().Be((Now.AddMinutes(30), null, CustomDomainProgress.Pending));
    }

    [Fact]
    public void Reserve_WhenInUse_ChangesNothing()
    {
        var claim = New();
        claim.TakeIntoUse(Now, Now.AddSeconds(30));

        claim.Reserve(Now.AddHours(1));

        (claim.ReservedUntil, claim.NextCheckAt).Should().Be((null, Now.AddSeconds(30)));
    }

    [Fact]
    public void TakeIntoUse_WhenItHadFailed_StartsAnew()
    {
        var claim = New();
        claim.Observe(State(CustomDomainProgress.Failed, "h1"), Now, next: null);

        claim.TakeIntoUse(Now.AddDays(1), Now.AddDays(2));

        (claim.Progress, claim.Reason, claim.CheckedAt, claim.NextCheckAt)
            .Should().Be((CustomDomainProgress.Pending, null, null, Now.AddDays(2)));
        claim.HostnameId.Should().Be("h1", "by its id alone is it known to be the project's, and can be taken away");
    }

    [Fact]
    public void Release_WhenTheProvidersIdBecomesKnownOnlyThen_IsDueAtOnceUnderThatId()
    {
        var claim = New();
        claim.Release(Now);

        claim.Release(Now.AddMinutes(1), "h1");

        (claim.HostnameId, claim.ReleasedAt, claim.ReservedUntil, claim.NextCheckAt)
            .Should().Be(("h1", Now, null, Now.AddMinutes(1)), "it was given up when it was given up");
    }

    [Fact]
    public void Observe_WhenVerified_RemembersWhenThatWasFirstSo()
    {
        var claim = New();

        claim.Observe(State(CustomDomainProgress.Verified, "h1"), Now, Now.AddMinutes(1));
        claim.Observe(State(CustomDomainProgress.Live, "h1"), Now.AddHours(1), Now.AddDays(1));

        (claim.VerifiedAt, claim.Progress).Should().Be((Now, CustomDomainProgress.Live));
    }

    [Fact]
    public void Observe_WhileItIsLive_CountsTheWaitFromThen()
    {
        var claim = New();
        claim.Observe(State(CustomDomainProgress.Live, "h1"), Now.AddDays(90), next: null);

        claim.Observe(State(CustomDomainProgress.Failed, "h1"), Now.AddDays(91), next: null);

        claim.WaitingSince.Should().Be(Now.AddDays(90), "what was live for long is not given up for it");
    }

    [Fact]
    public void Lose_WhenInUse_ForgetsTheProvidersIdAndIsDueAtOnce()
    {
        var claim = New();
        claim.TakeIntoUse(Now, Now.AddSeconds(30));
        claim.Observe(State(CustomDomainProgress.Live, "h1"), Now, Now.AddDays(1));

        claim.Lose(Now.AddHours(1));

        (claim.HostnameId, claim.Progress, claim.NextCheckAt).Should().Be((null, CustomDomainProgress.Pending, Now.AddHours(1)));
        claim.Records.Should().BeEmpty("they prove nothing for the next one");
    }

    [Fact]
    public void Lose_WhenOnlyReserved_StillAsksNobody()
    {
        var claim = New();

        claim.Lose(Now.AddMinutes(1));

        claim.NextCheckAt.Should().BeNull();
    }

    [Fact]
    public void Defer_WhenTheProviderSaidNothing_KeepsTheState()
    {
        var claim = New();
        claim.Observe(State(CustomDomainProgress.Live, "h1"), Now, Now);

        claim.Defer("Cloudflare's API answered 503.", Now.AddHours(1), Now.AddHours(2));

        (claim.Progress, claim.HostnameId, claim.Reason).Should().Be((CustomDomainProgress.Live, "h1", "Cloudflare's API answered 503."));
    }

    [Fact]
    public void ShowCustomDomain_WhenTheClaimIsOnItsDomain_FillsThePlatformsColumns()
    {
        var project = AProject();
        project.AssignCustomDomain(Shop, Now);
        var claim = New();
        claim.Observe(State(CustomDomainProgress.Verified, "h1"), Now, Now);

        project.ShowCustomDomain(claim, Now);

        (project.CustomDomainStatus, project.CustomHostnameId, project.SslStatus, project.CustomDomainVerifiedAt)
            .Should().Be(("verified", "h1", "pending_issuance", Now));
        project.OwnershipVerification.Should().Be("""{"type":"txt","name":"_cf.shop.example.org","value":"proof"}""");
    }

    [Fact]
    public void ShowCustomDomain_WhenTheProjectHasAnotherByNow_ChangesNothing()
    {
        var project = AProject();
        project.AssignCustomDomain(CustomDomain.FromStorage("other.example.org"), Now);
        var claim = New();
        claim.Observe(State(CustomDomainProgress.Live, "h1"), Now, Now);

        project.ShowCustomDomain(claim, Now);

        (project.CustomDomainStatus, project.CustomHostnameId).Should().Be(("pending", null));
    }

    [Theory]
    [InlineData(CustomDomainProgress.Pending, "pending")]
    [InlineData(CustomDomainProgress.Verified, "verified")]
    [InlineData(CustomDomainProgress.Live, "active")]
    [InlineData(CustomDomainProgress.Failed, "failed")]
    public void WireName_IsThePlatformsWord(CustomDomainProgress progress, string word) => progress.WireName().Should().Be(word);

    private static DomainClaim New() => DomainClaim.Stake(Shop, "shop", hostnameId: null, Now, Now.AddMinutes(30));

    private static Project AProject() => Project.Register("shop", "org", "user", "Shop", "vite", Now);

    private static CustomDomainState State(CustomDomainProgress progress, string id) => new(
        progress, id, "pending_issuance", [new VerificationRecord("ownership", "TXT", "_cf.shop.example.org", "proof")], "reason");
}
