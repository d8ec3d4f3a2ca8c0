using System.Runtime.InteropServices;
using System.Text.Json;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>The programs a sandbox works with, as paths of this machine.</summary>
/// <param name="Bubblewrap">The <c>bwrap</c> program.</param>
/// <param name="Node">The <c>node</c> program; its npm is used as well.</param>
/// <param name="NpmFolder">Folder of the npm package that came with Node.</param>
/// <param name="Modules">Installed <c>node_modules</c> of the pinned runtime: bun, pnpm, wrangler.</param>
/// <param name="Scripts">Folder <c>runtime/sandbox</c>.</param>
public sealed record SandboxToolchain(string Bubblewrap, string Node, string NpmFolder, string Modules, string Scripts)
{
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;

    /// <summary>Path of bun below <see cref="Modules"/>.</summary>
    internal static string BunInModules => IsArm ? "@oven/bun-linux-aarch64/bin/bun" : "@oven/bun-linux-x64/bin/bun";

    /// <summary>Path of pnpm below <see cref="Modules"/>.</summary>
    internal static string PnpmInModules => IsArm ? "@pnpm/exe.linux-arm64/pnpm" : "@pnpm/exe.linux-x64/pnpm";

    /// <summary>Finds Node and npm on this process's PATH; the rest is given.</summary>
    /// <exception cref="FileNotFoundException">Node or npm is not installed.</exception>
    public static SandboxToolchain Locate(string bubblewrap, string modules, string scripts)
    {
        var node = RealPath(OnPath("node"));
        // npm on PATH is a link to .../npm/bin/npm-cli.js.
        var npm = Path.GetDirectoryName(Path.GetDirectoryName(RealPath(OnPath("npm"))))!;
        return new SandboxToolchain(bubblewrap, node, npm, modules, scripts);
    }

    internal string BunPackageFolder => Path.Combine(Modules, Path.GetDirectoryName(Path.GetDirectoryName(BunInModules))!);

    internal string PnpmPackageFolder => Path.Combine(Modules, Path.GetDirectoryName(PnpmInModules)!);

    /// <summary>The version a package's own manifest names.</summary>
    internal static string VersionOf(string packageFolder)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(packageFolder, "package.json")));
        return manifest.RootElement.GetProperty("version").GetString()
            ?? throw new InvalidDataException($"{packageFolder} has a manifest without a version.");
    }

    private static string OnPath(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"'{program}' is not on PATH. Install Node.js 20.3 or newer, which brings it.");
    }

    private static string RealPath(string path) => File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
}
