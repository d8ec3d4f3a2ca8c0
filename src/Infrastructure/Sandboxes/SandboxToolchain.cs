using System.Text.Json;
using Libra.Deploy.Infrastructure.Runtime;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>The programs that are visible inside a sandbox, as paths of this machine.</summary>
internal sealed class SandboxToolchain(RuntimeLayout runtime)
{
    public string Node { get; } = runtime.Node;

    /// <summary>Folder of this machine's npm.</summary>
    public string NpmFolder { get; } = Path.GetDirectoryName(Path.GetDirectoryName(runtime.Npm))!;

    /// <summary>The pinned programs, with all that they need.</summary>
    public string Modules { get; } = runtime.NodeModules;

    public string Scripts { get; } = runtime.SandboxScripts;

    /// <summary>Path of bun below <see cref="Modules"/>.</summary>
    public string BunInModules { get; } = Path.GetRelativePath(runtime.NodeModules, runtime.Bun);

    /// <summary>Path of pnpm below <see cref="Modules"/>.</summary>
    public string PnpmInModules { get; } = Path.GetRelativePath(runtime.NodeModules, runtime.Pnpm);

    public string BunVersion => VersionOf(Path.Combine(Modules, BunInModules, "../.."));

    public string PnpmVersion => VersionOf(Path.Combine(Modules, PnpmInModules, ".."));

    public string NpmVersion => VersionOf(NpmFolder);

    /// <summary>Each program's name on PATH and where it lies, given where its three sources are visible.</summary>
    public IEnumerable<(string Name, string Target)> Programs(string node, string npmFolder, string modules) =>
    [
        ("node", node),
        ("npm", $"{npmFolder}/bin/npm-cli.js"),
        ("npx", $"{npmFolder}/bin/npx-cli.js"),
        ("bun", $"{modules}/{BunInModules}"),
        ("bunx", $"{modules}/{BunInModules}"),
        ("pnpm", $"{modules}/{PnpmInModules}"),
        ("wrangler", $"{modules}/wrangler/bin/wrangler.js"),
    ];

    private static string VersionOf(string packageFolder)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Path.GetFullPath(packageFolder), "package.json")));
        return manifest.RootElement.GetProperty("version").GetString() ?? throw new InvalidDataException(
            $"{packageFolder} has a manifest without a version.");
    }
}
