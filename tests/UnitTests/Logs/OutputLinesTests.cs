using System.Text;
using Libra.Deploy.Infrastructure.Logs;

namespace Libra.Deploy.UnitTests.Logs;

public sealed class OutputLinesTests
{
    [Theory]
    [InlineData("one\ntwo\n", "one|two")]
    [InlineData("one\r\ntwo\r\n", "one|two")]
    [InlineData("no end", "no end")]
    [InlineData("\n\nx\n", "||x")]
    [InlineData("10%\r20%\r100%\n", "100%")]
    [InlineData("10%\r20%\r", "20%")]
    [InlineData("10%\r\r\nnext", "10%|next")]
    [InlineData("", "")]
    [InlineData("a\0b\n", "a\uFFFDb")]
    [InlineData("ä€😀\n", "ä€😀")]
    public void Append_CutsIntoLines_HoweverThePiecesFall(string output, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(output);
        for (var first = 0; first <= bytes.Length; first++)
        {
            for (var second = first; second <= bytes.Length; second++)
                string.Join('|', Lines(bytes[..first], bytes[first..second], bytes[second..])).Should().Be(expected);
        }
    }

    [Fact]
    public void Append_WithBytesThatAreNoText_ReplacesThem() =>
        Lines([0x61, 0xFF, 0x62, 0xE2, 0x82], [0x0A], [0xF0, 0x9F]).Should().Equal("a\uFFFDb\uFFFD", "\uFFFD");

    [Fact]
    public void Append_WithALineWithoutEnd_KeepsABoundedPartOfIt()
    {
        var output = new OutputLines(maxLineBytes: 1000);
        for (var piece = 0; piece < 100; piece++) output.Append(new byte[100_000]).Should().BeEmpty();

        output.Append("\nnext\n"u8).Should().HaveCount(2).And.Contain("next");
    }

    private static List<string> Lines(params byte[][] pieces)
    {
        var output = new OutputLines(maxLineBytes: 16 << 10);
        var lines = pieces.SelectMany(piece => output.Append(piece)).ToList();
        if (output.End() is { } rest) lines.Add(rest);
        return lines;
    }
}
