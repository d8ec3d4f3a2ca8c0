using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.UnitTests.Deployments;

public sealed class DomainMoveTests
{
    [Theory]
    [InlineData("old.example", "new.example", "old.example", "new.example")] // as it was when that was asked for
    [InlineData(null, "new.example", null, "new.example")]
    [InlineData("old.example", "new.example", "new.example", "new.example")] // an earlier attempt did it
    [InlineData("old.example", "new.example", "other.example", "other.example")] // chosen since
    [InlineData("old.example", "new.example", null, null)] // given up since
    [InlineData(null, "new.example", "other.example", "other.example")]
    public void For_MovesAProjectOnlyFromWhereItWas(string? from, string? to, string? present, string? expected) =>
        new DomainMove(from, to).For(present).Should().Be(expected);

    [Theory]
    [InlineData("old.example")]
    [InlineData("other.example")]
    [InlineData(null)]
    public void For_WhenNoMoveIsAsked_LeavesWhatTheProjectHas(string? present) =>
        DomainMove.Staying("old.example").For(present).Should().Be(present);

    [Fact]
    public void RecordAddress_WhenTheProjectHasMoved_LeavesNothingToDoForARepetition()
    {
        var origin = new DeploymentOrigin("shop", "org", "user", SourceKind.Project, new DomainMove(null, "shop.example"));
        var now = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        var deployment = Deployment.Accept(DeploymentId.New(now), origin, new DeploymentSettings(TimeSpan.FromMinutes(10)), now);
        var token = deployment.Claim("worker", now, TimeSpan.FromMinutes(1)).Value.Token;

        deployment.RecordAddress(token, "https://shop.example.net", "shop.example").IsError.Should().BeFalse();

        deployment.Domain.To.Should().Be("shop.example");
        deployment.Domain.For(null).Should().BeNull("its owner gave it up after that");
    }
}
