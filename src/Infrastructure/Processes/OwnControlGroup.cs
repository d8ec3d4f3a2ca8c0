namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>
/// The control group (version 2) that systemd or a container gave to the service: what it makes belongs there, and ends with it.
/// </summary>
internal sealed record OwnControlGroup(string Folder)
{
    /// <summary>Where the service's own processes go.</summary>
    private const string Leaf = "libra-service";

    private const string Version2 = "0::";
    private const int Rounds = 3;

    /// <summary>Null when the service shares its group with others, for instance with the shell that started it.</summary>
    public static OwnControlGroup? Find(string root, string membership)
    {
        if (!File.Exists(membership)) return null;
        var line = File.ReadLines(membership).FirstOrDefault(line => line.StartsWith(Version2, StringComparison.Ordinal));
        if (line is null) return null;

        var path = line[Version2.Length..];
        if (path.EndsWith($"/{Leaf}", StringComparison.Ordinal)) path = path[..^(Leaf.Length + 1)]; // it made room before
        var isGiven = path is "/" or "" || path.EndsWith(".service", StringComparison.Ordinal);
        var folder = Path.Combine(root, path.TrimStart('/'));
        return isGiven && Directory.Exists(folder) ? new OwnControlGroup(folder) : null;
    }

    /// <summary>Moves the service's processes a level down: a group whose children have limits may hold no process itself.</summary>
    public void MakeRoom()
    {
        if (!File.Exists(Path.Combine(Folder, "cgroup.type"))) return; // the top of the whole machine, which is exempt

        var leaf = Directory.CreateDirectory(Path.Combine(Folder, Leaf)).FullName;
        // More than once: a process may start another one meanwhile.
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var process in File.ReadAllLines(Path.Combine(Folder, "cgroup.procs"))) Move(process, leaf);
        }
    }

    private static void Move(string process, string leaf)
    {
        try
        {
            File.WriteAllText(Path.Combine(leaf, "cgroup.procs"), process);
        }
        catch (IOException) when (!Directory.Exists($"/proc/{process}"))
        {
            // It has ended by itself meanwhile.
        }
    }
}
