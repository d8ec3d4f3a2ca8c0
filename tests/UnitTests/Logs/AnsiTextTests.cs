using Libra.Deploy.Application.Deployments.Logs;

namespace Libra.Deploy.UnitTests.Logs;

public sealed class AnsiTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\u001b[1;32mgreen\u001b[0m text", "green text")]
    [InlineData("\u001b[2K\u001b[1Gline", "line")]
    [InlineData("\u001b]0;title\u0007text", "text")]
    [InlineData("\u001b]8;;https://example.test\u001b\\link\u001b]8;;\u001b\\", "link")]
    [InlineData("\u001b(Btext\u001b7", "text")]
    [InlineData("end\u001b", "end")]
    [InlineData("end\u001b[31", "end")]
    [InlineData("end\u001b]0;unfinished", "end")]
    [InlineData("\u001b[3€ text", "€ text")]
    public void Strip_RemovesEscapeSequencesOnly(string text, string expected) =>
        AnsiText.Strip(text).Should().Be(expected);

    [Fact]
    public void Strip_OfAnything_LeavesNoEscape()
    {
        var random = new Random(1);
        const string alphabet = "\u001b\u001b[]();m0Kx\u0007\\ ";
        for (var round = 0; round < 2000; round++)
        {
            var text = new string([.. Enumerable.Range(0, 30).Select(_ => alphabet[random.Next(alphabet.Length)])]);
            AnsiText.Strip(text).Should().NotContain("\u001b");
        }
    }
}
