using Libra.Deploy.Infrastructure.Credentials;

namespace Libra.Deploy.UnitTests.Access;

public sealed class SafeAddressTests
{
    [Theory]
    [InlineData("https://api.example.org/", true)]
    [InlineData("http://localhost:4000/", true)]
    [InlineData("http://[::1]/", true)]
    [InlineData("http://api.example.org/", false)]
    [InlineData("ftp://localhost/", false)]
    [InlineData("/api", false)]
    public void Is_ForAnAddress_IsTrueWhereNobodyCanListen(string address, bool safe) =>
        SafeAddress.Is(new Uri(address, UriKind.RelativeOrAbsolute)).Should().Be(safe);
}
