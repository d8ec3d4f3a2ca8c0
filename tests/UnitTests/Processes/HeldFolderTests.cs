using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.UnitTests.Processes;

public sealed class HeldFolderTests
{
    private readonly string _prefix = $"libra-held-{Guid.NewGuid():N}-";

    // Later than any lock that the test makes.
    private static DateTimeOffset Later => TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(1);

    [Fact]
    public void RemoveAbandoned_WhenItsProcessWasKilled_TakesItAway()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), $"{_prefix}dead"));
        File.WriteAllText(Path.Combine(folder.FullName, "file"), "x");
        File.WriteAllText($"{folder.FullName}.lock", "");

        HeldFolder.RemoveAbandoned(_prefix, Later);

        Left().Should().BeEmpty();
    }

    [Fact]
    public void RemoveAbandoned_WhenItIsHeld_LeavesIt()
    {
        using var held = new HeldFolder(_prefix);

        HeldFolder.RemoveAbandoned(_prefix, Later);

        Directory.Exists(held.Path).Should().BeTrue();
    }

    [Fact]
    public void Dispose_LeavesNothing()
    {
        new HeldFolder(_prefix).Dispose();

        Left().Should().BeEmpty();
    }

    private string[] Left() => Directory.GetFileSystemEntries(Path.GetTempPath(), $"{_prefix}*");
}
