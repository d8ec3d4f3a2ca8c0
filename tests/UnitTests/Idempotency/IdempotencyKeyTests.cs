using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Idempotency;

namespace Libra.Deploy.UnitTests.Idempotency;

public sealed class IdempotencyKeyTests
{
    private static readonly CreateDeploymentCommand Request = new("p1", "org", "u1")
    {
        CustomDomain = "shop.example.com",
        Source = new RequestSource("[1]", null),
        Timeout = 60_000,
        Priority = 3,
    };

    public static TheoryData<CreateDeploymentCommand> OtherRequests =>
    [
        Request with { ProjectId = "p2" }, Request with { OrganizationId = "org2" }, Request with { UserId = "u2" },
        Request with { CustomDomain = null }, Request with { Source = null }, Request with { Source = new RequestSource("[2]", null) },
        Request with { Source = new RequestSource(null, "[1]") }, Request with { Timeout = null }, Request with { Priority = 4 },
        Request with { Debug = true }, Request with { Force = true },
    ];

    [Theory]
    [InlineData("a", true)]
    [InlineData("4b9d1a2e-9f07-4d5c-8f6c-0d8f2e1f7a55", true)]
    [InlineData("!~", true)]
    [InlineData("", false)]
    [InlineData("two words", false)]
    [InlineData("tab\t", false)]
    [InlineData("käse", false)]
    [InlineData("\u007f", false)]
    public void IsWellFormed_AllowsVisibleAsciiOnly(string text, bool wellFormed) =>
        new IdempotencyKey(text).IsWellFormed.Should().Be(wellFormed);

    [Fact]
    public void IsWellFormed_EndsAt255Characters()
    {
        new IdempotencyKey(new string('k', 255)).IsWellFormed.Should().BeTrue();
        new IdempotencyKey(new string('k', 256)).IsWellFormed.Should().BeFalse();
    }

    [Fact]
    public void Claim_OfTheSameRequest_HasTheSameDigest() => DigestOf(Request with { }).Should().Equal(DigestOf(Request));

    [Theory]
    [MemberData(nameof(OtherRequests))]
    public void Claim_OfAnotherRequest_HasAnotherDigest(CreateDeploymentCommand other) =>
        DigestOf(other).Should().NotEqual(DigestOf(Request));

    private static byte[] DigestOf(CreateDeploymentCommand command) =>
        IdempotencyClaim.For("org", new IdempotencyKey("k"), command).RequestDigest;
}
