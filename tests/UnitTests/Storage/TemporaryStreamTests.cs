using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.UnitTests.Storage;

public sealed class TemporaryStreamTests
{
    [Fact]
    public async Task Open_BeforeItIsClosed_HasNoNameThatACrashCouldLeaveBehind()
    {
        await using var stream = TemporaryStream.Open();

        File.Exists(stream.Name).Should().BeFalse();
    }

    [Fact]
    public async Task Open_WhenWritten_GivesTheSameBytesBack()
    {
        await using var stream = TemporaryStream.Open();
        var written = new byte[200_000];
        Random.Shared.NextBytes(written);

        await stream.WriteAsync(written, TestContext.Current.CancellationToken);
        stream.Position = 0;
        var read = new byte[written.Length];
        await stream.ReadExactlyAsync(read, TestContext.Current.CancellationToken);

        read.Should().Equal(written);
    }
}
