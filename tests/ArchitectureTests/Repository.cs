namespace Libra.Deploy.ArchitectureTests;

/// <summary>The checkout that these tests were built from.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Libra.Deploy.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The solution's folder was not found above the tests.");
    }
}
