using System.Diagnostics;
using System.Globalization;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>This program, or the service itself, as a process of its own.</summary>
internal sealed class ChildNode : IAsyncDisposable
{
    public const string ReadyLine = "listening on ";
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(1);
    private readonly Process _process;

    private ChildNode(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>Resident memory in MiB.</summary>
    public double ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / 1048576.0;
        }
    }

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public static Task<ChildNode> StartAsync(string argument, IReadOnlyDictionary<string, string>? environment = null) =>
        StartAsync(argument, environment ?? new Dictionary<string, string>(), ReadyLine);

    private static async Task<ChildNode> StartAsync(string argument, IReadOnlyDictionary<string, string> environment, string ready)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, argument)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"'{argument}' did not start.");
        using var patience = new CancellationTokenSource(StartTime);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (!line.StartsWith(ready, StringComparison.Ordinal)) continue;
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None); // or a full pipe would stop it
            return new ChildNode(process, int.Parse(line[ready.Length..], CultureInfo.InvariantCulture));
        }

        throw new InvalidOperationException($"'{argument}' ended before it was ready; its words are above.");
    }

    public async ValueTask DisposeAsync()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
