using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

/// <summary>How each package manager is told to install exactly what a lock file says and to run nothing.</summary>
internal static class PackageManagerCommands
{
    /// <summary>Writes a lock file without installing.</summary>
    public static IReadOnlyList<string> Resolve(PackageManager manager) => manager switch
    {
        PackageManager.Bun => ["bun", "install", "--lockfile-only", "--ignore-scripts", "--no-progress", "--no-summary"],
        PackageManager.Npm => ["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"],
        PackageManager.Pnpm => ["pnpm", "install", "--lockfile-only", "--ignore-scripts", "--ignore-pnpmfile"],
        PackageManager.Yarn or PackageManager.None => throw Unsupported(manager),
    };

    /// <summary>Installs exactly what the lock file names, or fails.</summary>
    public static IReadOnlyList<string> Exact(PackageManager manager) => manager switch
    {
        PackageManager.Bun => ["bun", "install", "--frozen-lockfile", "--ignore-scripts", "--no-progress", "--backend=hardlink"],
        PackageManager.Npm => ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        PackageManager.Pnpm =>
            [
                "pnpm", "install", "--frozen-lockfile", "--ignore-scripts", "--ignore-pnpmfile", "--config.node-linker=hoisted",
                "--reporter=append-only"],
        PackageManager.Yarn or PackageManager.None => throw Unsupported(manager),
    };

    /// <summary>Installs what the lock file names as far as it fits the manifests, and completes the lock file.</summary>
    public static IReadOnlyList<string> Lenient(PackageManager manager) => manager switch
    {
        PackageManager.Bun => ["bun", "install", "--ignore-scripts", "--no-progress", "--backend=hardlink"],
        // Peer ranges are what npm alone refuses to install over; the other two only warn.
        PackageManager.Npm => ["npm", "install", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"],
        PackageManager.Pnpm =>
            [
                "pnpm", "install", "--no-frozen-lockfile", "--ignore-scripts", "--ignore-pnpmfile", "--config.node-linker=hoisted",
                "--reporter=append-only"],
        PackageManager.Yarn or PackageManager.None => throw Unsupported(manager),
    };

    /// <summary>Settings that every one of them takes from the environment.</summary>
    public static IReadOnlyDictionary<string, string> Settings(string cache, Uri registry) => new Dictionary<string, string>
    {
        ["BUN_INSTALL_CACHE_DIR"] = $"{cache}/bun",
        ["NPM_CONFIG_REGISTRY"] = registry.AbsoluteUri,
        ["NPM_CONFIG_CACHE"] = $"{cache}/npm",
        // A lock file may come from a machine with another mirror: only the path of an address counts, the host is always ours.
        ["NPM_CONFIG_REPLACE_REGISTRY_HOST"] = "always",
        ["NPM_CONFIG_UPDATE_NOTIFIER"] = "false",
        ["PNPM_CONFIG_REGISTRY"] = registry.AbsoluteUri,
        ["PNPM_CONFIG_STORE_DIR"] = $"{cache}/pnpm",
        ["PNPM_CONFIG_CACHE_DIR"] = $"{cache}/pnpm-meta",
        // As for npm and bun: a lock file may name what was published today, and exceptions of the project's own settings do not count.
        ["PNPM_CONFIG_MINIMUM_RELEASE_AGE"] = "0",
        ["DO_NOT_TRACK"] = "1",
    };

    public static string Version(PackageManager manager, SandboxToolchain tools) => manager switch
    {
        PackageManager.Bun => tools.BunVersion,
        PackageManager.Npm => tools.NpmVersion,
        PackageManager.Pnpm => tools.PnpmVersion,
        PackageManager.Yarn or PackageManager.None => throw Unsupported(manager),
    };

    private static InvalidOperationException Unsupported(PackageManager manager) => new($"{manager} is not supported.");
}
