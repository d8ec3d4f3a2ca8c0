using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

public sealed class BubblewrapBinaryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-bwrap-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Unpack_WhenTwoStartsAskAtOnce_GivesBothOneThatRuns()
    {
        var found = await Task.WhenAll(UnpackAsync(), UnpackAsync());

        found.Distinct().Should().ContainSingle();
        (await BubblewrapVersion.OfAsync(found[0], TestContext.Current.CancellationToken))
            .Should().BeGreaterThanOrEqualTo(BubblewrapVersion.Oldest);
        _folder.GetDirectories("*.new").Should().BeEmpty("nothing half-made may stay");
    }

    private Task<string> UnpackAsync() =>
        new BubblewrapBinary(_folder.FullName, NullLogger<BubblewrapBinary>.Instance).UnpackAsync(TestContext.Current.CancellationToken);
}
