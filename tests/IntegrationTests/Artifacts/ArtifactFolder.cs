using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Artifacts;
using Libra.Deploy.Infrastructure.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.IntegrationTests.Artifacts;

/// <summary>An artifact store over folders that go away with the test.</summary>
internal sealed class ArtifactFolder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-artifacts-");

    /// <param name="objects">Disposed with this; null for a folder.</param>
    public ArtifactFolder(Func<ArtifactStoreOptions, ArtifactStoreOptions>? with = null, IObjectStore? objects = null)
    {
        Objects = objects ?? new FolderObjectStore(
            new FolderObjectStoreOptions { Root = Path.Combine(_root.FullName, "objects") }, TimeProvider.System);
        var options = new ArtifactStoreOptions { CacheFolder = Cache };
        Options = with is null ? options : with(options);
        Store = NewStore();
    }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));

    public IObjectStore Objects { get; }

    public ArtifactStoreOptions Options { get; }

    public IArtifactStore Store { get; }

    public string Cache => Path.Combine(_root.FullName, "cache");

    /// <summary>Another store on the same folders, as a second process has it.</summary>
    public IArtifactStore NewStore() => new ArtifactStore(Objects, Options, Clock);

    public async Task<string> SaveAsync(BuildTar build)
    {
        using var tar = build.Build();
        var saved = await Store.SaveBuildResultAsync(tar, default);
        saved.IsError.Should().BeFalse(saved.IsError ? saved.FirstError.Description : "");
        return saved.Value.Digest;
    }

    /// <summary>The sentence with which a tar is refused.</summary>
    public async Task<string> RefusalAsync(Stream tar)
    {
        await using var _ = tar;
        var saved = await Store.SaveBuildResultAsync(tar, default);
        saved.IsError.Should().BeTrue("the tar breaks a rule");
        saved.FirstError.Code.Should().Be("ARTIFACT_INVALID");
        (await Objects.ListAsync(ObjectBucket.Artifacts, "", default).AnyAsync()).Should().BeFalse("nothing that was refused is stored");
        Directory.EnumerateFileSystemEntries(Path.Combine(Cache, "tmp")).Should().BeEmpty("nothing is left behind");
        return saved.FirstError.Description;
    }

    public void Dispose()
    {
        (Objects as IDisposable)?.Dispose();
        _root.Delete(recursive: true);
    }
}
