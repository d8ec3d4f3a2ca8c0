using System.Diagnostics;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>A child with an empty environment whose parent is a thread of its own.</summary>
/// <remarks>bubblewrap's <c>--die-with-parent</c> follows the thread that started it, not the process; a pool thread may end at any
/// time.</remarks>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(Process process) => _process = process;

    public Stream Stdout => _process.StandardOutput.BaseStream;

    public Stream Stderr => _process.StandardError.BaseStream;

    /// <summary>Ends with the exit code.</summary>
    public Task<int> Exited => _exited.Task;

    /// <param name="line">Program and arguments.</param>
    /// <param name="environment">The whole environment; empty for bubblewrap, whose own is readable inside as that of process 1.</param>
    /// <param name="workingDirectory">Null for the root folder.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be started.</exception>
    public static Task<ChildProcess> StartAsync(
        IReadOnlyList<string> line, IReadOnlyDictionary<string, string>? environment = null, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "/",
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;

        var child = new ChildProcess(new Process { StartInfo = start });
        var started = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => child.RunToEnd(started)) { IsBackground = true, Name = "sandbox" }.Start();
        return started.Task;
    }

    public void Kill(bool tree)
    {
        // Throws when it has ended meanwhile, which is what was wanted.
        try
        {
            _process.Kill(tree);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }

    public void Dispose() => _process.Dispose();

    private void RunToEnd(TaskCompletionSource<ChildProcess> started)
    {
        try
        {
            _process.Start();
            _process.StandardInput.Close();
        }
        catch (Exception e)
        {
            started.SetException(e);
            return;
        }

        started.SetResult(this);
        _process.WaitForExit();
        _exited.SetResult(_process.ExitCode);
    }
}
