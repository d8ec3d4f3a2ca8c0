using System.Text;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Remote.Daytona;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class SplitOutputTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Take_WhereverFramesAreCut_GivesTheSameStreams(int frameSize)
    {
        var sent = Encoding.Latin1.GetBytes(
            "\u0001\u0001\u0001out one\n\u0002\u0002\u0002err\n\u0001\u0001\u0001out two \u0001\u0002 not a mark\u0001\u0001");
        var (stdout, stderr) = (new StringBuilder(), new StringBuilder());
        var split = new SplitOutput();

        foreach (var frame in sent.Chunk(frameSize))
        {
            foreach (var (stream, data) in split.Take(frame))
                (stream == SandboxStream.Stdout ? stdout : stderr).Append(Encoding.Latin1.GetString(data.Span));
        }

        stdout.Append(Encoding.Latin1.GetString(split.Rest().Data.Span));
        stdout.ToString().Should().Be("out one\nout two \u0001\u0002 not a mark\u0001\u0001");
        stderr.ToString().Should().Be("err\n");
    }
}
