using System.Globalization;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Puts together the command line of one bubblewrap: what is visible inside, who runs there, with which limits.</summary>
/// <remarks>
/// As root the chain is <c>setpriv → unshare → launch.sh → setpriv → prlimit → bwrap</c>, each becoming the next; otherwise
/// <c>setpriv → launch.sh → prlimit → bwrap</c>.
/// </remarks>
internal sealed class BubblewrapCommand
{
    /// <summary>An empty folder over which the launcher mounts a small one of its own, seen by nobody else.</summary>
    private const string Stage = "/run/libra-deploy";

    private const int ServiceThreads = 1024;

    /// <summary>The launcher's descriptor from which bubblewrap reads the filter of system calls.</summary>
    private const int FilterDescriptor = 5;

    private readonly string _bubblewrap;
    private readonly string? _filter;
    private readonly SandboxToolchain _tools;
    private readonly List<string> _staged = [];
    private readonly List<string> _arguments = [];

    public BubblewrapCommand(BubblewrapMachine machine)
    {
        (_bubblewrap, _tools, _filter) = (machine.Bubblewrap, machine.Tools, machine.SystemCallFilter);
        // By name rather than --unshare-all, which goes on without a user namespace when there is none.
        Add("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup", "--unshare-net");
        Add(
            "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname",
            "build");
        Add("--clearenv");
        AddSystem();
        AddToolchain();
        Add("--proc", "/proc", "--dev", "/dev");
        Temporary("/tmp", machine.Options.TemporaryBytes);
        Temporary("/home/build", machine.Options.HomeBytes);
        Temporary("/dev/shm", machine.Options.HomeBytes);
        Variable("PATH", "/opt/libra/tools:/usr/bin:/bin");
        Variable("HOME", "/home/build");
        Variable("TMPDIR", "/tmp");
        Variable("LANG", "C.UTF-8");
        Variable("CI", "1");
    }

    public BubblewrapCommand ReadOnly(string hostPath, string path) => Add("--ro-bind", Staged(hostPath), path);

    public BubblewrapCommand Writable(string hostPath, string path) => Add("--bind", Staged(hostPath), path);

    public BubblewrapCommand Temporary(string path, long bytes) =>
        Add("--size", bytes.ToString(CultureInfo.InvariantCulture), "--tmpfs", path);

    public BubblewrapCommand Variable(string name, string value) => Add("--setenv", name, value);

    public BubblewrapCommand WorkingDirectory(string path) => Add("--chdir", path);

    /// <summary>The whole command line.</summary>
    /// <param name="run">User, limits and what the launcher prepares.</param>
    /// <param name="command">What to run inside.</param>
    public IReadOnlyList<string> ToArguments(BubblewrapRun run, IReadOnlyList<string> command)
    {
        var bubblewrap = Staged(_bubblewrap);
        List<string> line = [.. Launcher.DieWithParent];
        if (HostUser.IsRoot)
        {
            Directory.CreateDirectory(Stage);
            line.AddRange(["/usr/bin/unshare", "--mount", "--propagation", "private"]);
        }

        line.AddRange(Launcher.Line(
            _tools, HostUser.IsRoot ? Stage : "", run.ControlGroupFiles, run.Descriptors, _staged,
            _filter is null ? null : (FilterDescriptor, _filter)));
        if (HostUser.IsRoot) line.AddRange(Become(run.UserId));
        line.AddRange(Limits(run));
        line.AddRange([bubblewrap, .. _arguments]);
        if (run.StatusDescriptor is { } status) line.AddRange(["--json-status-fd", status.ToString(CultureInfo.InvariantCulture)]);
        if (_filter is not null) line.AddRange(["--seccomp", FilterDescriptor.ToString(CultureInfo.InvariantCulture)]);
        // Last: everything above has made its mount points by now, and / and /dev would else be writable without bound.
        line.AddRange(["--remount-ro", "/", "--remount-ro", "/dev", "--", .. command]);
        return line;
    }

    private void AddSystem()
    {
        Add("--ro-bind", "/usr/bin", "/usr/bin", "--ro-bind", "/usr/lib", "/usr/lib", "--ro-bind-try", "/usr/lib64", "/usr/lib64");
        Add("--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64");
        foreach (var name in (string[])["passwd", "group", "hosts", "nsswitch.conf"])
            ReadOnly(Path.Combine(_tools.Scripts, "etc", name), $"/etc/{name}");
        foreach (var path in (string[])["/etc/ld.so.cache", "/etc/ssl/certs", "/etc/alternatives"]) Add("--ro-bind-try", path, path);
        foreach (var (name, value) in HostCertificates.Variables()) Variable(name, value);
    }

    private void AddToolchain()
    {
        ReadOnly(_tools.Modules, "/opt/libra/node_modules");
        ReadOnly(_tools.NpmFolder, "/opt/libra/npm");
        foreach (var script in Directory.EnumerateFiles(_tools.Scripts, "*.mjs").Append(Path.Combine(_tools.Scripts, "build.sh")))
        {
            ReadOnly(script, $"/opt/libra/{Path.GetFileName(script)}");
        }

        ReadOnly(_tools.Node, "/opt/libra/node");
        foreach (var (name, target) in _tools.Programs("/opt/libra/node", "/opt/libra/npm", "/opt/libra/node_modules"))
            Add("--symlink", target, $"/opt/libra/tools/{name}");
    }

    private static string[] Become(int userId)
    {
        var id = userId.ToString(CultureInfo.InvariantCulture);
        // Again, because a change of user takes the signal back.
        return [.. Launcher.DieWithParent, $"--reuid={id}", $"--regid={id}", "--clear-groups", "--no-new-privs"];
    }

    private static IEnumerable<string> Limits(BubblewrapRun run)
    {
        // Linux counts the processes and threads of a user, whichever run they belong to, and without root that user is the service
        // itself: without a control group nothing else would hold a fork bomb then.
        var ofUser = HostUser.IsRoot || run.ControlGroupFiles.Count > 0 ? run.MaxProcesses * run.RunsOfUser : run.MaxProcesses;
        var processes = ofUser + (HostUser.IsRoot ? 0 : ServiceThreads);
        List<string> limits = [$"--nproc={processes}", $"--nofile=16384", $"--fsize={run.MaxFileBytes}", "--core=0"];
        // Only without a control group: it counts per process, and what a program reserves rather than uses.
        if (run.ControlGroupFiles.Count == 0) limits.Add($"--data={run.MemoryBytes}");
        return ["/usr/bin/prlimit", .. limits, "--"];
    }

    /// <summary>The path at which the launcher makes <paramref name="hostPath"/> visible to the sandbox's user.</summary>
    private string Staged(string hostPath)
    {
        if (!HostUser.IsRoot) return hostPath;

        _staged.Add(hostPath);
        return string.Create(CultureInfo.InvariantCulture, $"{Stage}/{_staged.Count - 1}");
    }

    private BubblewrapCommand Add(params ReadOnlySpan<string> arguments)
    {
        _arguments.AddRange(arguments);
        return this;
    }
}

/// <summary>User and limits of one bubblewrap.</summary>
internal sealed record BubblewrapRun
{
    /// <summary>Used only when the service is root.</summary>
    public required int UserId { get; init; }

    public required int MaxProcesses { get; init; }

    /// <summary>How many runs at most have this user at once.</summary>
    public required int RunsOfUser { get; init; }

    public required long MaxFileBytes { get; init; }

    public required long MemoryBytes { get; init; }

    /// <summary>Files into which the launcher writes its process id; none when there are no control groups.</summary>
    public IReadOnlyList<string> ControlGroupFiles { get; init; } = [];

    /// <summary>Which descriptor number inside the launcher stands for which of this process.</summary>
    public IReadOnlyList<(int Inside, int OfService)> Descriptors { get; init; } = [];

    /// <summary>The launcher's descriptor on which bubblewrap reports how the command ended.</summary>
    public int? StatusDescriptor { get; init; }
}
