using System.Globalization;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>
/// What a build sees: the sources and dependencies read-only, and a bounded folder to work in. It has no way out but its result.
/// </summary>
internal static class BuildPhase
{
    private const string Scripts = "/opt/libra/";
    private const string Source = "/src";
    private const string Work = "/work";

    // bubblewrap refuses more than 9,000 arguments; each package takes 3, and 24 for what its tools write.
    private const int MostWithWritableFolders = 250;

    public static BubblewrapCommand Describe(
        BubblewrapMachine machine, string source, InstalledDependencies? dependencies, SandboxLimits limits, SandboxBuild build)
    {
        var command = new BubblewrapCommand(machine).ReadOnly(source, Source).Temporary(Work, limits.DiskBytes);
        if (dependencies is not null) AddDependencies(command, dependencies);
        foreach (var (name, value) in Variables(limits, build)) command.Variable(name, value);
        return command.WorkingDirectory(Work);
    }

    public static IReadOnlyList<string> Line(SandboxBuild build) =>
        ["/bin/sh", Scripts + "build.sh", Source, Work, CheckedResultPath(build), .. BuildLines.Of(build.Commands)];

    /// <summary>The commands of a build where the service's own scripts lie elsewhere.</summary>
    public static IEnumerable<IReadOnlyList<string>> CommandsAt(string scripts, SandboxBuild build) =>
        build.Commands.Select(IReadOnlyList<string> (command) =>
            [
                .. command.Select(
                    part => part.StartsWith(Scripts, StringComparison.Ordinal) ? $"{scripts}/{part[Scripts.Length..]}" : part)]);

    /// <summary>
    /// Settings of the tools, for a process that cannot reach the network and has little room; the build's own go before them.
    /// </summary>
    public static Dictionary<string, string> Variables(SandboxLimits limits, SandboxBuild build)
    {
        var variables = Settings(limits);
        foreach (var (name, value) in build.Environment) variables[name] = value;
        return variables;
    }

    private static Dictionary<string, string> Settings(SandboxLimits limits) => new()
    {
        ["NODE_ENV"] = "production",
        ["WRANGLER_SEND_METRICS"] = "false",
        ["WRANGLER_LOG_PATH"] = "/tmp/wrangler-logs",
        ["XDG_CONFIG_HOME"] = "/home/build/.config",
        ["ASTRO_TELEMETRY_DISABLED"] = "1",
        ["NEXT_TELEMETRY_DISABLED"] = "1",
        // pnpm would install again before each script, and fetch the version that package.json names, both without a network. It
        // would refuse another Node than devEngines names, and there is one.
        ["PNPM_CONFIG_VERIFY_DEPS_BEFORE_RUN"] = "false",
        ["PNPM_CONFIG_PM_ON_FAIL"] = "ignore",
        ["PNPM_CONFIG_RUNTIME_ON_FAIL"] = "ignore",
        // Next starts a process for each core of the machine but one, and a sandbox has neither the memory nor the tasks for many.
        ["CIRCLE_NODE_TOTAL"] = "3",
        // Node sizes its heap by the machine's memory, not by the sandbox's; without this it is killed before it collects.
        ["NODE_OPTIONS"] = string.Create(CultureInfo.InvariantCulture, $"--max-old-space-size={limits.MemoryBytes / 4 * 3 >> 20}"),
    };

    private static void AddDependencies(BubblewrapCommand command, InstalledDependencies dependencies)
    {
        foreach (var (index, package) in dependencies.PackageFolders.Index())
        {
            var modules = Path.Combine(Work, package, "node_modules");
            command.ReadOnly(Path.Combine(dependencies.Root, package, "node_modules"), modules);
            if (index >= MostWithWritableFolders) continue;

            foreach (var (name, bytes) in InstalledDependencies.WritableFolders) command.Temporary($"{modules}/{name}", bytes);
        }
    }

    /// <exception cref="ArgumentException">The result path leads out of the project.</exception>
    public static string CheckedResultPath(SandboxBuild build)
    {
        var path = build.ResultPath;
        if (path.Length == 0 || path.StartsWith('/') || path.Split('/').Any(part => part is ".." or ""))
            throw new ArgumentException($"'{path}' is not a folder below the project.", nameof(build));
        return path;
    }
}
