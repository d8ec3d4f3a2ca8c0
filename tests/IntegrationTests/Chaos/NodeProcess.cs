using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>A running node and what can be done to it.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _output;

    private NodeProcess(ChaosNodeSettings settings, Process process, Task output) =>
        (Settings, _process, _output) = (settings, process, output);

    public ChaosNodeSettings Settings { get; }

    public string Name => Settings.Name;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public static NodeProcess Start(ChaosNodeSettings settings)
    {
        var folder = new Workspace(settings.Workspace).Nodes;
        var file = Path.Combine(folder, $"{settings.Name}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(settings));
        var start = new ProcessStartInfo(Environment.ProcessPath!, [ChaosNode.Role, file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        // Kept, because what a node said last is all that is left of it.
        var output = Task.WhenAll(
            KeepAsync(process.StandardOutput, Path.Combine(folder, $"{settings.Name}.out")),
            KeepAsync(process.StandardError, Path.Combine(folder, $"{settings.Name}.err")));
        return new NodeProcess(settings, process, output);
    }

    /// <summary>SIGKILL, of which the node notices nothing.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and waits for the end that it leads to.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        if (!_process.HasExited) Signal("TERM");
        using var patience = new CancellationTokenSource(limit);
        await _process.WaitForExitAsync(patience.Token);
    }

    /// <summary>Lets no thread of the node run until <see cref="Resume"/>.</summary>
    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    /// <summary>True when it ended by itself in time.</summary>
    public async Task<bool> ExitsWithinAsync(TimeSpan limit)
    {
        using var patience = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _output.Wait(TimeSpan.FromSeconds(5));
        _process.Dispose();
    }

    private static async Task KeepAsync(StreamReader output, string path)
    {
        await using var file = File.Create(path);
        await output.BaseStream.CopyToAsync(file);
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
