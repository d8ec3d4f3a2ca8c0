using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.UnitTests.Projects;

public sealed class WorkerNameTests
{
    [Theory]
    [InlineData("demo", "demo-worker")]
    [InlineData("my-shop-2", "my-shop-2-worker")]
    public void For_AShortLabel_KeepsIt(string id, string name) => WorkerName.For(id).Value.Should().Be(name);

    [Theory]
    [InlineData("CapitalS")]
    [InlineData("under_score")]
    [InlineData("9starts-with-digit")]
    [InlineData("-dash-")]
    [InlineData("ünïcode.../../etc")]
    [InlineData("---")]
    [InlineData("a-very-long-project-id-that-does-not-fit-into-a-single-dns-label-at-all")]
    public void For_AnyOtherId_IsAValidLabel(string id) =>
        WorkerName.For(id).Value.Should().MatchRegex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])$").And.EndWith("-worker");

    [Fact]
    public void For_IdsThatCleanToTheSame_StayApart() =>
        new[] { "a_b", "a.b", "A-B", "a-b" }.Select(id => WorkerName.For(id).Value).Should().OnlyHaveUniqueItems();

    [Theory]
    [InlineData("My_Shop")]
    [InlineData("7c9e6679-7425-40de-944b-e07fc1f90ae7")]
    [InlineData("---")]
    public void For_AnIdReadOffAnotherSitesAddress_IsAnotherName(string id)
    {
        var name = WorkerName.For(id).Value;

        WorkerName.For(name[..^"-worker".Length]).Value.Should().NotBe(name);
    }
}
