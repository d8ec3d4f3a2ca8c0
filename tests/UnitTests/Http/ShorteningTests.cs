using Libra.Deploy.Application.Common;

namespace Libra.Deploy.UnitTests.Http;

public sealed class ShorteningTests
{
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("abcd", "abc…")]
    [InlineData("ab😀", "ab…")]
    public void Shortened_OfAText_KeepsWholeCharacters(string text, string shown) => text.Shortened(3).Should().Be(shown);
}
