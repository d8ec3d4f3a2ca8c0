using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

public sealed class BubblewrapBinaryTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-bwrap-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Locate_WhenTwoStartsAskAtOnce_GivesBothOneThatRuns()
    {
        var found = await Task.WhenAll(LocateAsync(), LocateAsync());

        found.Distinct().Should().ContainSingle();
        (await BubblewrapVersion.OfAsync(found[0], TestContext.Current.CancellationToken)).Should().BeGreaterThanOrEqualTo(BubblewrapVersion.Oldest);
        _folder.GetDirectories("*.new").Should().BeEmpty("nothing half-made may stay");
    }

    private Task<string> LocateAsync() =>
        new BubblewrapBinary(_folder.FullName, NullLogger<BubblewrapBinary>.Instance).LocateAsync(TestContext.Current.CancellationToken);
}
