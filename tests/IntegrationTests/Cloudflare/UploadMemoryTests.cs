using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <remarks>Alone, or the memory of other tests would count.</remarks>
[Collection(nameof(AloneOnTheMachine))]
public sealed class UploadMemoryTests : IDisposable
{
    private const int Files = 1_000;
    private const int FileBytes = 200_000;
    private const long LargeFileBytes = 25L << 20;
    private const long MostExtraBytes = 150L << 20;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-large-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Publish_WhenSiteHas1000FilesOf200Megabytes_KeepsMemoryFlat()
    {
        await using var rig = await CloudflareRig.StartAsync();
        (rig.Cloudflare.Assets.KeepsBytes, rig.Cloudflare.Assets.FilesInABucket) = (false, 200);
        await using var artifact = await WriteSiteAsync();
        var request = CloudflareRig.RequestFor(artifact, "large");
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var peak = new PeakMemory();

        var published = await rig.Target.PublishAsync(request, TestContext.Current.CancellationToken);

        peak.ExtraBytes.Should().BeLessThan(MostExtraBytes, "files go from disk to the connection block by block, the double's side included");
        published.IsError.Should().BeFalse(published.IsError ? published.FirstError.Description : "");
        rig.Live("large").Assets.Should().HaveCount(Files + 1);
        rig.Live("large").Assets.Should().OnlyContain(entry => artifact.Manifest.Files.Any(file => file.Path == "assets" + entry.Key && file.Sha256 == entry.Value.Sha256));
        TestContext.Current.TestOutputHelper?.WriteLine($"{peak.ExtraBytes >> 20} MiB more at most, {peak.Elapsed.TotalSeconds:0.0} s");

        (await FilesSentAsync(rig, artifact)).Should().Be(0, "the same site is there already");
        await using var changed = await WithOneFileChangedAsync(artifact);
        (await FilesSentAsync(rig, changed)).Should().Be(1);
    }

    private static async Task<int> FilesSentAsync(CloudflareRig rig, IArtifact artifact)
    {
        var before = rig.Cloudflare.Assets.Arrivals.Count;
        (await rig.Target.PublishAsync(CloudflareRig.RequestFor(artifact, "large"), TestContext.Current.CancellationToken)).IsError.Should().BeFalse();
        return rig.Cloudflare.Assets.Arrivals.Count - before;
    }

    private async Task<FolderArtifact> WithOneFileChangedAsync(IArtifact artifact)
    {
        var changed = await WriteAsync("assets/7.bin", RandomNumberGenerator.GetBytes(FileBytes));
        return new FolderArtifact(_folder.FullName, artifact.Manifest with { Files = [.. artifact.Manifest.Files.Select(file => file.Path == changed.Path ? changed : file)] });
    }

    private async Task<FolderArtifact> WriteSiteAsync()
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "assets"));
        var files = new List<ArtifactFile>(Files + 1);
        var content = RandomNumberGenerator.GetBytes(FileBytes);
        for (var i = 0; i < Files; i++)
        {
            BitConverter.TryWriteBytes(content, i);
            files.Add(await WriteAsync($"assets/{i}.bin", content));
        }

        files.Add(await WriteAsync("assets/large.bin", new byte[LargeFileBytes]));
        return new FolderArtifact(_folder.FullName, new ArtifactManifest(1, "2026-11-01", [], null, new AssetsSettings(), new Dictionary<string, JsonElement>(), files));
    }

    private async Task<ArtifactFile> WriteAsync(string path, byte[] content)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, path), content);
        return new ArtifactFile(path, Convert.ToHexStringLower(SHA256.HashData(content)), content.Length, "application/octet-stream");
    }

    private sealed class FolderArtifact(string folder, ArtifactManifest manifest) : IArtifact
    {
        public string Digest { get; } = new('d', 64);

        public ArtifactManifest Manifest => manifest;

        public string Folder => folder;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>How far the process's memory rises above where it was, looked at every few milliseconds.</summary>
    private sealed class PeakMemory : IDisposable
    {
        private readonly long _before = Environment.WorkingSet;
        private readonly Stopwatch _watch = Stopwatch.StartNew();
        private readonly Timer _timer;
        private long _peak;

        public PeakMemory() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(10));

        public TimeSpan Elapsed => _watch.Elapsed;

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
