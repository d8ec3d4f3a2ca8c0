using System.Buffers.Text;
using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.UnitTests.Access;

public sealed class TokenSecretTests
{
    [Fact]
    public void New_GivesAnotherSecretOf256BitsEachTime()
    {
        var secrets = Enumerable.Range(0, 1000).Select(_ => TokenSecret.New().Reveal()).ToList();

        secrets.Should().OnlyHaveUniqueItems();
        secrets.Select(secret => Base64Url.DecodeFromChars(secret.AsSpan(TokenSecret.Mark.Length)).Length).Should().AllBeEquivalentTo(32);
    }

    [Fact]
    public void TryParse_WhenItIsASecret_HasTheSameHash()
    {
        var secret = TokenSecret.New();

        TokenSecret.TryParse(secret.Reveal())!.Hash().Should().Be(secret.Hash());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ldt_")]
    [InlineData("ldt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ldt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ldx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("ldt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/")]
    [InlineData("ldt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u0000A")]
    public void TryParse_WhenItHasNotTheForm_IsNothing(string? text) => TokenSecret.TryParse(text).Should().BeNull();

    [Fact]
    public void ToString_ShowsOnlyTheStart()
    {
        var secret = TokenSecret.New();

        $"{secret}".Should().Be(secret.Reveal()[..12] + "…");
    }

    [Fact]
    public void Hash_WhenOneBitDiffers_IsAnother()
    {
        var bytes = TokenSecret.New().Hash().ToBytes();
        var other = bytes.ToArray();
        other[31] ^= 1;

        new TokenHash(bytes).Should().NotBe(new TokenHash(other));
    }
}
