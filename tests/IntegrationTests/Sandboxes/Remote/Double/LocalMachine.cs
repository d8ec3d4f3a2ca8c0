using System.Collections.Concurrent;
using System.Diagnostics;
using Libra.Deploy.Infrastructure.Runtime;
using Libra.Deploy.Infrastructure.Sandboxes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Microsoft.Extensions.Logging.Abstractions;

namespace Libra.Deploy.IntegrationTests.Sandboxes.Remote.Double;

/// <summary>
/// A rented machine of a double: a folder of this one, in which commands really run, with paths of their own and with or without a
/// network as the machine's owner asked.
/// </summary>
internal sealed class LocalMachine : IDisposable
{
    private static readonly SandboxToolchain Tools = new(RuntimeLayout.Find());
    private static readonly Lazy<Task<string>> Bubblewrap = new(() => new BubblewrapBinary(
        SandboxTools.Folder, NullLogger<BubblewrapBinary>.Instance).LocateAsync(CancellationToken.None));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-machine-");
    private readonly ConcurrentDictionary<int, Process> _running = new();
    private readonly bool _hasToolchain;

    public LocalMachine(bool hasToolchain)
    {
        _hasToolchain = hasToolchain;
        foreach (var name in (string[])["home/user", "home/daytona", "tmp"])
            Directory.CreateDirectory(Path.Combine(_folder.FullName, name));
    }

    public bool HasNetwork { get; set; } = true;

    public bool IsGone { get; private set; }

    /// <summary>Commands that run now.</summary>
    public IReadOnlyCollection<Process> Running => [.. _running.Values];

    /// <summary>Starts a command; its output is the caller's to read.</summary>
    public async Task<Process> StartAsync(
        string program, IEnumerable<string> arguments, string? folder = null, IEnumerable<KeyValuePair<string, string>>? variables = null)
    {
        List<string> line =
        [
            "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--clearenv", "--proc", "/proc", "--dev", "/dev",
            "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
            "--ro-bind-try", "/usr/lib64", "/lib64",
            "--bind", At("/home"), "/home", "--bind", At("/tmp"), "/tmp",
            "--setenv", "PATH", "/usr/local/bin:/usr/bin:/bin", "--setenv", "HOME", "/home/user",
        ];
        foreach (var file in (string[])["/etc/ssl", "/etc/ca-certificates", "/etc/resolv.conf", "/etc/hosts", "/etc/passwd",
            "/etc/nsswitch.conf", "/etc/ld.so.cache", "/etc/alternatives"])
            line.AddRange(["--ro-bind-try", file, file]);
        foreach (var (name, value) in HostCertificates.Variables()) line.AddRange(["--setenv", name, value]);
        foreach (var (name, value) in variables ?? []) line.AddRange(["--setenv", name, value]);
        if (_hasToolchain) AddToolchain(line);
        if (!HasNetwork) line.Add("--unshare-net");
        line.AddRange(["--chdir", folder ?? "/home/user", "--", program, .. arguments]);
        var process = Process.Start(
            new ProcessStartInfo(await Bubblewrap.Value, line)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true
            })!;
        process.StandardInput.Close();
        _running[process.Id] = process;
        if (IsGone) process.Kill(entireProcessTree: true);
        return process;
    }

    /// <summary>The command ended and its output was read.</summary>
    public void Forget(Process process) => _running.TryRemove(process.Id, out _);

    /// <summary>Where a path of the machine lies on this one.</summary>
    public string At(string path) => Path.Combine(_folder.FullName, path.TrimStart('/'));

    /// <summary>Ends everything that runs there, and takes its files away.</summary>
    public void Dispose()
    {
        lock (_running)
        {
            if (IsGone) return;
            IsGone = true;
        }

        foreach (var process in Running)
        {
            process.Kill(entireProcessTree: true); // bubblewrap alone, killed as it starts, leaves behind what waits for its word
            process.WaitForExit();
        }

        _folder.Delete(recursive: true);
    }

    private static void AddToolchain(List<string> line)
    {
        line.AddRange(
            ["--ro-bind", Tools.Modules, "/opt/libra/node_modules", "--ro-bind", Tools.NpmFolder, "/opt/libra/npm", "--ro-bind",
                Tools.Node, "/opt/libra/node"]);
        foreach (var (name, target) in Tools.Programs("/opt/libra/node", "/opt/libra/npm", "/opt/libra/node_modules"))
            line.AddRange(["--symlink", target, $"/opt/libra/tools/{name}"]);
    }
}
