using System.Globalization;

namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>What this machine offers for limits over a whole process tree.</summary>
internal enum ControlGroupKind
{
    /// <summary>Only limits per process are possible.</summary>
    None,
    Version1,
    Version2,
}

/// <summary>Makes control groups for process trees, in version 2 where it has memory and pids, else in version 1.</summary>
internal sealed class ControlGroups
{
    private const string Parent = "libra-deploy";
    private readonly string _root;

    private ControlGroups(string root, ControlGroupKind kind) => (_root, Kind) = (root, kind);

    public ControlGroupKind Kind { get; }

    /// <summary>Finds out by trying: being root does not mean that a container may write here.</summary>
    /// <param name="membership">In which groups this process is, in the kernel's words.</param>
    public static ControlGroups Probe(string root = "/sys/fs/cgroup", string membership = "/proc/self/cgroup")
    {
        if (OwnControlGroup.Find(root, membership) is { } own && TryPrepare(() => PrepareVersion2(own.Folder, own.MakeRoom)))
            return new ControlGroups(own.Folder, ControlGroupKind.Version2);
        // Nobody gave the service a group: it runs by hand, and root may make one at the top.
        if (TryPrepare(() => PrepareVersion2(root, makeRoom: () => { }))) return new ControlGroups(root, ControlGroupKind.Version2);
        return TryPrepare(() => PrepareVersion1(root))
            ? new ControlGroups(root, ControlGroupKind.Version1)
            : new ControlGroups(root, ControlGroupKind.None);
    }

    /// <summary>Makes one more group for an owner, a sandbox for instance; null when there are none on this machine.</summary>
    /// <param name="owner">What <see cref="EndAsync"/> finds it by.</param>
    /// <param name="memoryBytes">The kernel ends what takes more.</param>
    /// <param name="maxProcesses">Null for any number.</param>
    public ControlGroup? Create(string owner, long memoryBytes, int? maxProcesses = null)
    {
        var name = $"{NamePrefix(owner)}{Guid.NewGuid():N}";
        return Kind switch
        {
            ControlGroupKind.Version2 => CreateVersion2(name, memoryBytes, maxProcesses),
            ControlGroupKind.Version1 => CreateVersion1(name, memoryBytes, maxProcesses),
            _ => null,
        };
    }

    /// <summary>Kills what still runs in the groups of an owner whose process has died, and removes them.</summary>
    /// <remarks>
    /// Namespaces die with the worker, but for one case: bubblewrap's own child asks for that a moment after its start, and when bubblewrap
    /// is killed within that moment the child waits for it for ever.
    /// </remarks>
    public async Task EndAsync(string owner)
    {
        foreach (var folder in Parents().SelectMany(parent => Directory.EnumerateDirectories(parent, NamePrefix(owner) + "*")))
        {
            var kill = Kind == ControlGroupKind.Version2 ? Path.Combine(folder, "cgroup.kill") : null;
            await new ControlGroup([folder], kill, EventsFile: "").RemoveAsync();
        }
    }

    private static string NamePrefix(string owner) => owner + "-";

    private string[] Parents() => Kind switch
    {
        ControlGroupKind.Version2 => [Path.Combine(_root, Parent)],
        ControlGroupKind.Version1 => [Path.Combine(_root, "memory", Parent), Path.Combine(_root, "pids", Parent)],
        _ => [],
    };

    private ControlGroup CreateVersion2(string name, long memoryBytes, int? maxProcesses)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, Parent, name)).FullName;
        var group = new ControlGroup([folder], Path.Combine(folder, "cgroup.kill"), Path.Combine(folder, "memory.events"));
        Write(folder, "memory.max", memoryBytes);
        // Otherwise the kernel kills one process of a build and the rest waits for it until the time is over.
        File.WriteAllText(Path.Combine(folder, "memory.oom.group"), "1");
        if (File.Exists(Path.Combine(folder, "memory.swap.max"))) Write(folder, "memory.swap.max", 0);
        if (maxProcesses is { } processes) Write(folder, "pids.max", processes);
        return group;
    }

    private ControlGroup CreateVersion1(string name, long memoryBytes, int? maxProcesses)
    {
        var memory = Directory.CreateDirectory(Path.Combine(_root, "memory", Parent, name)).FullName;
        Write(memory, "memory.limit_in_bytes", memoryBytes);
        List<string> folders = [memory];
        if (maxProcesses is { } processes)
        {
            folders.Add(Directory.CreateDirectory(Path.Combine(_root, "pids", Parent, name)).FullName);
            Write(folders[^1], "pids.max", processes);
        }

        return new ControlGroup(folders, KillFile: null, Path.Combine(memory, "memory.oom_control"));
    }

    private static void PrepareVersion2(string root, Action makeRoom)
    {
        if (!NamesBoth(Path.Combine(root, "cgroup.controllers"))) throw new IOException("Memory and pids are not under version 2.");

        makeRoom();
        Delegate(root);
        var parent = Path.Combine(root, Parent);
        Directory.CreateDirectory(parent);
        Delegate(parent);
        TryOut(parent);
    }

    private static void Delegate(string folder)
    {
        var control = Path.Combine(folder, "cgroup.subtree_control");
        if (!NamesBoth(control)) File.WriteAllText(control, "+memory +pids");
    }

    private static bool NamesBoth(string file)
    {
        var controllers = File.ReadAllText(file).Split([' ', '\n']);
        return controllers.Contains("memory") && controllers.Contains("pids");
    }

    private static void PrepareVersion1(string root)
    {
        foreach (var controller in (string[])["memory", "pids"])
        {
            if (!File.Exists(Path.Combine(root, controller, "cgroup.procs"))) throw new IOException($"No {controller} controller.");
            TryOut(Directory.CreateDirectory(Path.Combine(root, controller, Parent)).FullName);
        }
    }

    /// <summary>The parent may be another user's, made when the service last ran as root.</summary>
    private static void TryOut(string parent) =>
        Directory.Delete(Directory.CreateDirectory(Path.Combine(parent, $"try-{Guid.NewGuid():N}")).FullName);

    private static bool TryPrepare(Action prepare)
    {
        try
        {
            prepare();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not on this machine; the caller says so once.
            return false;
        }
    }

    private static void Write(string folder, string file, long value) =>
        File.WriteAllText(Path.Combine(folder, file), value.ToString(CultureInfo.InvariantCulture));
}
