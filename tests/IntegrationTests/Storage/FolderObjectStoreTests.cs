using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;

namespace Libra.Deploy.IntegrationTests.Storage;

public sealed class FolderObjectStoreTests : ObjectStoreConformance, IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-objects-");
    private readonly FolderObjectStore _store;

    public FolderObjectStoreTests() => _store = Open();

    private protected override IObjectStore Store => _store;

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Open_RemovesWhatACrashLeftHalfWritten_ButNotWhatIsBeingWritten()
    {
        var staging = Path.Combine(_root.FullName, "artifacts", "~staging");
        await File.WriteAllTextAsync(Path.Combine(staging, "old"), "x");
        File.SetLastWriteTimeUtc(Path.Combine(staging, "old"), DateTime.UtcNow.AddDays(-2));
        await File.WriteAllTextAsync(Path.Combine(staging, "new"), "x");

        Open();

        Directory.GetFiles(staging).Select(Path.GetFileName).Should().Equal("new");
    }

    [Fact]
    public async Task Delete_OfTheLastObject_LeavesNoEmptyFolders()
    {
        await _store.PutAsync(ObjectBucket.Logs, "a/b/c", new MemoryStream([1]), "text/plain", default);

        await _store.DeleteAsync(ObjectBucket.Logs, ["a/b/c"], default);

        Directory.GetFileSystemEntries(Path.Combine(_root.FullName, "logs")).Select(Path.GetFileName).Should().Equal("~staging");
    }

    [Fact]
    public async Task Put_WhenTheFolderCannotBeWritten_FailsAsIOException()
    {
        // A file stands where the bucket's folder should be, as after a wrong mount.
        Directory.Delete(Path.Combine(_root.FullName, "logs"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "logs"), "x");

        var put = () => _store.PutAsync(ObjectBucket.Logs, "key", new MemoryStream([1]), "text/plain", default);

        await put.Should().ThrowAsync<IOException>();
    }

    [Fact]
    public void Presign_IsNone() =>
        _store.Presign(ObjectBucket.Artifacts, "key", TimeSpan.FromMinutes(1)).Should().BeNull();

    private FolderObjectStore Open() => new(new FolderObjectStoreOptions { Root = _root.FullName }, TimeProvider.System);
}
