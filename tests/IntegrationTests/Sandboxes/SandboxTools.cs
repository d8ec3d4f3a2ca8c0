namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>The bubblewrap of the tests, for machines that have none.</summary>
internal static class SandboxTools
{
    private const string Variable = "PATH";

    /// <summary>Outlives the tests, so that bubblewrap is fetched once.</summary>
    public static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "tools");

    /// <summary>
    /// Lets every service that this process starts find what <see cref="SandboxFixture"/> fetched: each has a data folder of its own, and
    /// would ask the machine's package source again.
    /// </summary>
    public static void PutOnPath()
    {
        var fetched = Path.Combine(Folder, "bubblewrap", "usr", "bin");
        Environment.SetEnvironmentVariable(Variable, $"{fetched}:{Environment.GetEnvironmentVariable(Variable)}");
    }
}
