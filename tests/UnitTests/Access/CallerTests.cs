using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.UnitTests.Access;

public sealed class CallerTests
{
    [Fact]
    public void Has_WhenTheScopeWasNotGiven_IsFalse()
    {
        var caller = ACaller(["o1"], Scopes.DeploymentsWrite);

        caller.Has(Scopes.DeploymentsWrite).Should().BeTrue();
        caller.Has(Scopes.DeploymentsRead).Should().BeFalse("no scope contains another");
        caller.Has("DEPLOYMENTS:WRITE").Should().BeFalse();
    }

    [Fact]
    public void Admin_MayDoEverythingEverywhereForEverybody()
    {
        var admin = ACaller([], Scopes.Admin);

        Scopes.All.Should().OnlyContain(scope => admin.Has(scope));
        admin.MaySee("any").Should().BeTrue();
        admin.MayActFor("anybody").Should().BeTrue();
        admin.BelongsSomewhere.Should().BeTrue();
        admin.Visible().Allows("any").Should().BeTrue();
    }

    [Fact]
    public void Caller_WithoutOrganizations_SeesNone()
    {
        var caller = ACaller([], Scopes.DeploymentsRead);

        caller.BelongsSomewhere.Should().BeFalse();
        caller.MaySee("o1").Should().BeFalse();
        caller.Visible().Allows("o1").Should().BeFalse();
    }

    [Fact]
    public void Caller_OfAllOrganizations_SeesThemButIsNoAdministrator()
    {
        var caller = ACaller(null, Scopes.DeploymentsRead);

        caller.MaySee("any").Should().BeTrue();
        caller.Has(Scopes.OperationsRead).Should().BeFalse();
        caller.MayActFor("somebody else").Should().BeFalse();
    }

    [Fact]
    public void MayActFor_WhenAServiceNamesNoUser_IsTrueForAll()
    {
        var service = new Caller(CallerKind.ApiToken, "token 1", userId: null, ["o1"], [Scopes.DeploymentsWrite]);

        service.MayActFor("u1").Should().BeTrue();
        service.MaySee("o2").Should().BeFalse();
    }

    private static Caller ACaller(string[]? organizations, params string[] scopes) =>
        new(CallerKind.Jwt, "u1", "u1", organizations, scopes);
}
