using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class DependencyStoreTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-store-");
    private readonly string _folder;

    public DependencyStoreTests() => _folder = _root.CreateSubdirectory("deps").FullName;

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Add_WhenInstalled_MovesEveryPackagesModulesAndNothingElse()
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        var install = Installed("i", size: 10);
        Directory.CreateDirectory(Path.Combine(install, "packages/a/node_modules/x"));

        using var added = store.Add("key", install, ["", "packages/a", "packages/none"]);

        added.PackageFolders.Should().Equal("", "packages/a");
        File.Exists(Path.Combine(added.Root, "node_modules/p/data")).Should().BeTrue();
        Directory.Exists(Path.Combine(added.Root, "node_modules/.vite")).Should().BeTrue("a build mounts its own there");
        File.Exists(Path.Combine(added.Root, "package.json")).Should().BeFalse();
    }

    [Fact]
    public void Add_WhenAnotherInstallWasFaster_UsesThatOne()
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        using var first = store.Add("key", Installed("first", size: 10), [""]);

        using var second = store.Add("key", Installed("second", size: 20), [""]);

        new FileInfo(Path.Combine(second.Root, "node_modules/p/data")).Length.Should().Be(10);
        Directory.Exists(Path.Combine(_root.FullName, "second.done")).Should().BeFalse();
    }

    [Fact]
    public void Trim_WhenTooLarge_RemovesTheOnesUnusedForLongestButNoneInUse()
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        foreach (var key in (string[])["oldest", "older", "newest"]) store.Add(key, Installed(key, size: 600), [""]).Dispose();
        var used = store.TryUse("oldest")!;
        foreach (var (key, day) in (((string, int)[])[("oldest", 1), ("older", 2), ("newest", 3)]))
            File.SetLastWriteTimeUtc(Path.Combine(_folder, key + ".lock"), new DateTime(2026, 1, day));

        store.Trim();

        store.TryUse("older").Should().BeNull();
        Directory.Exists(used.Root).Should().BeTrue("it is in use");
        used.Dispose();

        store.Trim();

        store.TryUse("oldest").Should().BeNull();
        using var newest = store.TryUse("newest");
        newest.Should().NotBeNull();
    }

    [Fact]
    public void TryUse_WhenNothingIsStored_IsNull() =>
        new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System).TryUse("key").Should().BeNull();

    [Theory]
    [InlineData("")]
    [InlineData("{\"Bytes\":")]
    [InlineData("null")]
    public void Entry_WhoseDescriptionAPowerLossDamaged_IsRemovedAndInstalledAgain(string left)
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        store.Add("key", Installed("first", size: 10), [""]).Dispose();
        File.WriteAllText(Path.Combine(_folder, "key/entry.json"), left);

        store.Entries().Should().BeEmpty();
        store.TryUse("key").Should().BeNull();
        using var again = store.Add("key", Installed("second", size: 20), [""]);

        new FileInfo(Path.Combine(again.Root, "node_modules/p/data")).Length.Should().Be(20);
    }

    [Fact]
    public void Trim_WhenAPowerLossDamagedAnEntry_RemovesItWithoutFail()
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        store.Add("damaged", Installed("first", size: 10), [""]).Dispose();
        store.Add("whole", Installed("second", size: 10), [""]).Dispose();
        File.WriteAllText(Path.Combine(_folder, "damaged/entry.json"), "");

        store.Trim();

        Directory.EnumerateDirectories(_folder).Select(Path.GetFileName).Should().Equal("whole");
    }

    [Fact]
    public void TryUse_OfAnEntryFromBeforeARestartOfTheMachineThatLostSomething_RemovesIt()
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        foreach (var key in (string[])["whole", "damaged"])
        {
            store.Add(key, Installed(key, size: 500), [""]).Dispose();
            File.WriteAllText(Path.Combine(_folder, key, "entry.json"), """{"Bytes":500,"Folders":[""],"Boot":"an earlier one"}""");
        }

        File.WriteAllText(Path.Combine(_folder, "damaged/node_modules/p/data"), "");

        store.TryUse("damaged").Should().BeNull();
        Directory.Exists(Path.Combine(_folder, "damaged")).Should().BeFalse();
        using var whole = store.TryUse("whole");
        whole.Should().NotBeNull();
    }

    [Fact]
    public void TryRemove_WhenAnotherProcessWasFaster_IsDone()
    {
        var store = new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System);
        store.Add("key", Installed("key", size: 10), [""]).Dispose();
        var listed = store.Entries().Single();
        new DependencyStore(_folder, maxBytes: 1000, TimeProvider.System).TryRemove(listed.Key).Should().BeTrue();

        store.TryRemove(listed.Key).Should().BeTrue();
    }

    private string Installed(string name, int size)
    {
        var folder = Path.Combine(_root.FullName, name);
        Directory.CreateDirectory(Path.Combine(folder, "node_modules/p"));
        File.WriteAllBytes(Path.Combine(folder, "node_modules/p/data"), new byte[size]);
        File.WriteAllText(Path.Combine(folder, "package.json"), "{}");
        return folder;
    }
}
