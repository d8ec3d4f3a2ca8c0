namespace Libra.Deploy.Infrastructure.Runtime;

/// <summary>Where the pinned programs of the <c>runtime</c> folder lie on this machine, as absolute paths.</summary>
/// <remarks>Each path is checked when it is asked for, so that a node which never builds does not need the tools that build.</remarks>
public sealed class RuntimeLayout
{
    /// <summary>Setting that names the runtime folder; without it the folder is looked for beside and above the program.</summary>
    public const string DirectorySetting = "LIBRA_RUNTIME_DIR";

    private const string Manifest = "package.json";

    private readonly PlatformPackages _packages = PlatformPackages.OfThisMachine();
    private readonly Lazy<string> _npm = new(NodeInstallation.Npm);

    private RuntimeLayout(string directory) => Root = directory;

    /// <summary>The runtime folder itself.</summary>
    public string Root { get; }

    /// <summary>The installed packages.</summary>
    public string NodeModules => Existing("node_modules");

    /// <summary>The <c>node</c> of builds; the one on PATH installs these packages.</summary>
    public string Node => Installed(_packages.Node);

    /// <summary>The command line script of this machine's npm, which came with the Node.js on PATH.</summary>
    public string Npm => _npm.Value;

    /// <summary>The <c>bun</c> program.</summary>
    public string Bun => Installed(_packages.Bun);

    /// <summary>The <c>pnpm</c> program; it needs no Node.</summary>
    public string Pnpm => Installed(_packages.Pnpm);

    /// <summary>The <c>workerd</c> program.</summary>
    public string Workerd => Installed(_packages.Workerd);

    /// <summary>The script that ends workerd together with the service.</summary>
    public string WorkerdGuard => Existing("workerd-guard.sh");

    /// <summary>The folder with PostgreSQL's <c>initdb</c> and <c>postgres</c>.</summary>
    public string PostgresBin => Installed(_packages.PostgresBin);

    /// <summary>The project templates.</summary>
    public string Templates => Existing("templates");

    /// <summary>The scripts that run inside sandboxes.</summary>
    public string SandboxScripts => Existing("sandbox");

    /// <summary>Finds the runtime folder.</summary>
    /// <param name="configured">The value of <see cref="DirectorySetting"/>; null or empty to look for the folder.</param>
    /// <exception cref="RuntimePartMissingException">There is no such folder.</exception>
    public static RuntimeLayout Find(string? configured = null)
    {
        if (!string.IsNullOrWhiteSpace(configured))
        {
            var named = Path.GetFullPath(configured);
            return File.Exists(Path.Combine(named, Manifest))
                ? new RuntimeLayout(named)
                : throw new RuntimePartMissingException(
                      $"{DirectorySetting} names {named}, which has no {Manifest}; set it to the runtime folder of Libra Deploy.");
        }

        // Published, the folder is beside the program; in a checkout it is above bin/Debug.
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "runtime");
            if (File.Exists(Path.Combine(candidate, Manifest))) return new RuntimeLayout(candidate);
        }

        throw new RuntimePartMissingException(
            $"No runtime/{Manifest} beside or above {AppContext.BaseDirectory}; "
            + $"set {DirectorySetting} to the runtime folder of Libra Deploy.");
    }

    private string Installed(string path) => Existing(Path.Combine("node_modules", path));

    private string Existing(string path)
    {
        var full = Path.Combine(Root, path);
        return Path.Exists(full)
            ? full
            : throw new RuntimePartMissingException($"{path} is missing from {Root}; run `npm ci --ignore-scripts` in that folder.");
    }
}
