using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.UnitTests.Projects;

public sealed class CustomDomainTests
{
    private static readonly string[] OwnZones = ["libra.sh"];

    [Theory]
    [InlineData("Shop.Example.ORG", "shop.example.org")]
    [InlineData("shop.example.org.", "shop.example.org")]
    [InlineData("notlibra.sh", "notlibra.sh")]
    [InlineData("bücher.example", "xn--bcher-kva.example")]
    public void Parse_AHostName_GivesItsAsciiForm(string text, string ascii) =>
        CustomDomain.Parse(text, OwnZones).Value.Value.Should().Be(ascii);

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("1.2.3")]
    [InlineData("*.example.org")]
    [InlineData("example.org:8080")]
    [InlineData("http://example.org")]
    [InlineData("example.org/path")]
    [InlineData("-bad.example.org")]
    [InlineData("a..b")]
    [InlineData("under_score.example.org")]
    [InlineData("x.libra.sh")]
    [InlineData("libra.sh")]
    [InlineData("   ")]
    public void Parse_AnythingElse_IsRefused(string text) => CustomDomain.Parse(text, OwnZones).IsError.Should().BeTrue();
}
