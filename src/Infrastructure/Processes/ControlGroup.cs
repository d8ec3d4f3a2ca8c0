using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Libra.Deploy.Infrastructure.Processes;

/// <summary>The control group of one run.</summary>
/// <param name="Folders">One per hierarchy.</param>
/// <param name="KillFile">Writing 1 kills all inside; null where only the process namespace can do that.</param>
/// <param name="EventsFile">Has a line <c>oom_kill N</c>.</param>
internal sealed record ControlGroup(IReadOnlyList<string> Folders, string? KillFile, string EventsFile)
{
    private static readonly TimeSpan RemovalTime = TimeSpan.FromSeconds(5);

    public IReadOnlyList<string> JoinFiles { get; } = [.. Folders.Select(folder => Path.Combine(folder, "cgroup.procs"))];

    /// <summary>True when the kernel has killed something inside for want of memory.</summary>
    public bool RanOutOfMemory() =>
        File.ReadLines(EventsFile).Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");

    /// <summary>Kills all inside. In version 1 one by one, so that what forks meanwhile may need another go.</summary>
    public void Kill()
    {
        if (KillFile is not null)
        {
            File.WriteAllText(KillFile, "1");
            return;
        }

        foreach (var id in Members()) KillOne(id);
    }

    /// <summary>Removes the group once all inside have gone, which takes the kernel a moment.</summary>
    /// <exception cref="IOException">Something inside does not die.</exception>
    public async Task RemoveAsync()
    {
        using var patience = new CancellationTokenSource(RemovalTime);
        foreach (var folder in Folders)
        {
            while (!TryRemove(folder))
            {
                Kill();
                if (patience.IsCancellationRequested)
                    throw new IOException($"Processes in control group {Path.GetFileName(folder)} do not end.");
                await Task.Delay(10, CancellationToken.None);
            }
        }
    }

    private IEnumerable<int> Members() =>
        Folders.Where(Directory.Exists)
            .SelectMany(folder => File.ReadAllLines(Path.Combine(folder, "cgroup.procs")))
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture)).Distinct();

    private static void KillOne(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended by itself meanwhile.
        }
    }

    private static bool TryRemove(string folder)
    {
        try
        {
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            // Busy: a process is still on its way out. The caller bounds how often this happens.
            return false;
        }
    }
}
