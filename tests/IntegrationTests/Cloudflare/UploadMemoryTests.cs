using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Files go from disk to the connection block by block, and only those that Cloudflare does not have.</summary>
/// <remarks>Alone, or the memory of other tests would count.</remarks>
[Collection(nameof(AloneOnTheMachine))]
public sealed class UploadMemoryTests : IAsyncLifetime
{
    private const string Project = "large";
    private const long MostExtraBytes = 150L << 20;

    private readonly LargeSite _site = new();
    private CloudflareRig _rig = null!;

    public async ValueTask InitializeAsync() => _rig = await CloudflareRig.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _site.Dispose();
    }

    [Fact]
    public async Task Publish_WhenSiteHas1000FilesOf200Megabytes_KeepsMemoryFlatAndSendsNothingTwice()
    {
        await _site.AddAsync(count: 1_000, bytes: 200_000);
        await _site.AddAsync("large.bin", bytes: 25L << 20);

        await PublishesFlatlyAsync(filesInABucket: 200);

        await SendsOnlyWhatChangedAsync();
    }

    [Fact]
    public async Task Publish_WhenSiteHas20000Files_KeepsMemoryFlatAndSendsNothingTwice()
    {
        await _site.AddAsync(count: 20_000, bytes: 1_000);

        await PublishesFlatlyAsync(filesInABucket: 1_000);

        await SendsOnlyWhatChangedAsync();
    }

    private async Task PublishesFlatlyAsync(int filesInABucket)
    {
        var artifact = _site.Artifact;
        (_rig.Cloudflare.Assets.KeepsBytes, _rig.Cloudflare.Assets.FilesInABucket) = (false, filesInABucket);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using (var peak = new PeakMemory())
        {
            await PublishAsync(artifact);

            TestContext.Current.TestOutputHelper?.WriteLine($"{peak.ExtraBytes >> 20} MiB more at most, {peak.ProcessorTime.TotalSeconds:0.0} s of processor time");
            peak.ExtraBytes.Should().BeLessThan(MostExtraBytes, "no file is in memory as a whole, the double's side included");
        }

        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(artifact.Manifest.Files.Count);
        _rig.Live(Project).Assets.ToDictionary(entry => "assets" + entry.Key, entry => entry.Value.Sha256)
            .Should().Equal(artifact.Manifest.Files.ToDictionary(file => file.Path, file => file.Sha256));
    }

    private async Task SendsOnlyWhatChangedAsync()
    {
        var there = _rig.Cloudflare.Assets.Arrivals.Count;
        await PublishAsync(_site.Artifact);
        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(there, "the same site is there already");

        await _site.ChangeAsync(number: 7);
        await PublishAsync(_site.Artifact);
        _rig.Cloudflare.Assets.Arrivals.Should().HaveCount(there + 1, "one file has changed");
    }

    private async Task PublishAsync(IArtifact artifact)
    {
        var published = await _rig.Target.PublishAsync(CloudflareRig.RequestFor(artifact, Project), TestContext.Current.CancellationToken);
        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
    }

    /// <summary>How far the process's memory rises above where it was, looked at every few milliseconds.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly long _before = Environment.WorkingSet;
        private readonly TimeSpan _spentBefore = Environment.CpuUsage.TotalTime;
        private readonly Timer _timer;
        private long _peak;

        public PeakMemory() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));

        public TimeSpan ProcessorTime => Environment.CpuUsage.TotalTime - _spentBefore;

        public long ExtraBytes
        {
            get
            {
                Look();
                return Interlocked.Read(ref _peak) - _before;
            }
        }

        public void Dispose() => _timer.Dispose();

        private void Look()
        {
            var now = Environment.WorkingSet;
            for (var seen = Interlocked.Read(ref _peak); now > seen; seen = Interlocked.Read(ref _peak)) Interlocked.CompareExchange(ref _peak, now, seen);
        }
    }
}
