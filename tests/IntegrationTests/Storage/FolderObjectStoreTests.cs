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
    public async Task AnyCall_WhenTheFolderIsAway_FailsAsTheStoreBeingAwayRatherThanNoObject()
    {
        // A file stands where the bucket's folder should be, as after a wrong mount.
        Directory.Delete(Path.Combine(_root.FullName, "logs"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(_root.FullName, "logs"), "x");

        Func<Task>[] calls =
        [
            () => _store.PutAsync(ObjectBucket.Logs, "key", new MemoryStream([1]), "text/plain", default),
            () => _store.PutIfAbsentAsync(ObjectBucket.Logs, "key", new MemoryStream([1]), "text/plain", default),
            () => _store.GetAsync(ObjectBucket.Logs, "key", default),
            () => _store.ReadRangeAsync(ObjectBucket.Logs, "key", 0, 1, default),
            () => _store.HeadAsync(ObjectBucket.Logs, "key", default),
            async () => await _store.ListAsync(ObjectBucket.Logs, "key/", default).ToListAsync(),
            () => _store.DeleteAsync(ObjectBucket.Logs, ["key"], default),
        ];
        foreach (var call in calls) await call.Should().ThrowAsync<ObjectStoreException>();
    }

    [Fact]
    public void Presign_IsNone() =>
        _store.Presign(ObjectBucket.Artifacts, "key", TimeSpan.FromMinutes(1)).Should().BeNull();

    private FolderObjectStore Open() => new(new FolderObjectStoreOptions { Root = _root.FullName }, TimeProvider.System);
}
