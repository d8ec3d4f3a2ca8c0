namespace Libra.Deploy.IntegrationTests.Targets;
internal static class RuntimeFiles
{
    private static readonly string Root = FindRoot();
    public static string Workerd => Path.Combine(Root, "runtime/node_modules/@cloudflare/workerd-linux-64/bin/workerd");
    public static string Guard => Path.Combine(Root, "runtime/workerd-guard.sh");
    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Libra.Deploy.sln"))) folder = folder.Parent;
        return folder.FullName;
    }
}
