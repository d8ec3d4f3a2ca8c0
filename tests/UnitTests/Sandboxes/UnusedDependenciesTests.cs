using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Sandboxes;

/// <summary>Stored dependencies of all organizations share one limit of the machine.</summary>
public sealed class UnusedDependenciesTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("libra-unused-");
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly BubblewrapOptions _options;

    public UnusedDependenciesTests() => _options = new BubblewrapOptions
    {
        DataDirectory = _root.FullName,
        AllDependencyStoresBytes = 250,
        DependencyLifetime = TimeSpan.FromDays(30),
    };

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Remove_WhenAllTogetherAreTooLarge_TakesTheOneUnusedForLongestWhoeversItIs()
    {
        Add("org-a", "oldest");
        _clock.Advance(TimeSpan.FromMinutes(1));
        Add("org-b", "middle");
        _clock.Advance(TimeSpan.FromMinutes(1));
        Add("org-a", "newest");

        var told = await Unused().RemoveAsync(dryRun: true, CancellationToken.None);
        Stored("org-a").Should().Equal("newest", "oldest");
        var done = await Unused().RemoveAsync(dryRun: false, CancellationToken.None);

        done.Should().Be((1, 100)).And.Be(told);
        Stored("org-a").Should().Equal("newest");
        Stored("org-b").Should().Equal("middle");
    }

    [Fact]
    public async Task Remove_WhenNobodyBuiltWithThemForLong_TakesThemUnlessInUse()
    {
        Add("org-a", "left");
        using var used = StoreOf("org-b", out var folders).Add("used", Installed(folders), [""]);
        _clock.Advance(TimeSpan.FromDays(31));

        var done = await Unused().RemoveAsync(dryRun: false, CancellationToken.None);

        done.Count.Should().Be(1);
        Stored("org-b").Should().Equal("used");
    }

    [Fact]
    public async Task Remove_AfterAProcessDiedWhileItRemoved_FinishesThat()
    {
        Add("org-a", "key");
        StoreOf("org-a", out var folders);
        Directory.Move(Path.Combine(folders.Dependencies, "key"), Path.Combine(folders.Dependencies, "key.0123"));

        await Unused().RemoveAsync(dryRun: false, CancellationToken.None);

        Directory.EnumerateDirectories(folders.Dependencies).Should().BeEmpty();
    }

    [Fact]
    public async Task Remove_WhereNothingWasEverBuilt_MakesNoFolder()
    {
        var nowhere = Path.Combine(_root.FullName, "nowhere");

        await new UnusedDependencies(_options with { DataDirectory = nowhere }, _clock).RemoveAsync(dryRun: false, CancellationToken.None);

        Directory.Exists(nowhere).Should().BeFalse();
    }

    private UnusedDependencies Unused() => new(_options, _clock);

    private void Add(string organization, string key) =>
        StoreOf(organization, out var folders).Add(key, Installed(folders), [""]).Dispose();

    private IEnumerable<string> Stored(string organization) => StoreOf(organization, out _).Entries().Select(entry => entry.Key).Order();

    private DependencyStore StoreOf(string organization, out OrganizationFolders folders)
    {
        folders = new SandboxFolders(_root.FullName).Of(organization);
        return new DependencyStore(folders.Dependencies, maxBytes: 10_000, _clock);
    }

    private static string Installed(OrganizationFolders folders)
    {
        var install = Path.Combine(folders.Work, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(install, "node_modules/p"));
        File.WriteAllBytes(Path.Combine(install, "node_modules/p/data"), new byte[100]);
        return install;
    }
}
