using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.UnitTests.Access;

public sealed class ApiTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    private static readonly TokenGrant Reading = new("ci", "o1", "u1", [Scopes.DeploymentsRead], ExpiresAt: null);

    [Fact]
    public void Issue_WhenTheGrantIsSound_KeepsTheHashAndThePrefixOnly()
    {
        var secret = TokenSecret.New();

        var token = Issue(Reading, secret).Value;

        token.Hash.Should().Be(secret.Hash());
        token.Prefix.Should().Be(secret.Reveal()[..12]);
        token.CreatedAt.Should().Be(Now);
    }

    [Fact]
    public void Issue_WithoutScopes_IsRefused() => Refusal(Reading with { Scopes = [] }).Should().Be("scopes");

    [Fact]
    public void Issue_WithAnUnknownScope_IsRefused() =>
        Refusal(Reading with { Scopes = [Scopes.DeploymentsRead, "Admin"] }).Should().Be("scopes");

    [Fact]
    public void Issue_WhenItWouldExpireAtOnce_IsRefused() => Refusal(Reading with { ExpiresAt = Now }).Should().Be("expiresAt");

    [Fact]
    public void Issue_OfAnAdministratorBoundToAnOrganization_IsRefused() =>
        Refusal(Reading with { Scopes = [Scopes.Admin] }).Should().Be("organizationId");

    [Fact]
    public void IsGoodAt_WhenItExpires_EndsAtThatVeryMoment()
    {
        var token = Issue(Reading with { ExpiresAt = Now.AddHours(1) }).Value;

        token.IsGoodAt(Now.AddHours(1).AddTicks(-1)).Should().BeTrue();
        token.IsGoodAt(Now.AddHours(1)).Should().BeFalse();
    }

    [Fact]
    public void Revoke_WhenGood_EndsItForGood()
    {
        var token = Issue(Reading).Value;

        token.Revoke(Now).IsError.Should().BeFalse();

        token.IsGoodAt(Now).Should().BeFalse();
        token.RevokedAt.Should().Be(Now);
    }

    [Fact]
    public void Revoke_WhenAlreadyRevoked_IsRefusedAndChangesNothing()
    {
        var token = Issue(Reading).Value;
        token.Revoke(Now);

        var again = token.Revoke(Now.AddDays(1));

        again.FirstError.Code.Should().Be("INVALID_STATE");
        token.RevokedAt.Should().Be(Now);
    }

    [Fact]
    public void ToCaller_WhenBound_SeesItsOrganizationOnly()
    {
        var caller = Issue(Reading).Value.ToCaller();

        caller.MaySee("o1").Should().BeTrue();
        caller.MaySee("o2").Should().BeFalse();
        caller.MayActFor("u1").Should().BeTrue();
        caller.MayActFor("u2").Should().BeFalse();
    }

    private static ErrorOr.ErrorOr<ApiToken> Issue(TokenGrant grant, TokenSecret? secret = null) =>
        ApiToken.Issue(ApiTokenId.New(Now), secret ?? TokenSecret.New(), grant, Now);

    private static object Refusal(TokenGrant grant)
    {
        var error = Issue(grant).FirstError;
        error.Code.Should().Be("VALIDATION_ERROR");
        return error.Metadata!["field"];
    }
}
