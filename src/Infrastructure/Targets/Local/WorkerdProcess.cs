using System.Diagnostics;
using System.Text.Json;
using ErrorOr;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>A running workerd. It ends with this object, and with the service in whatever way that ends.</summary>
internal sealed class WorkerdProcess : IAsyncDisposable
{
    // The guard gives workerd four seconds before it kills it; what lasts longer than this is broken.
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(8);

    private readonly Process _process;
    private readonly SiteMemory _memory;
    private readonly OutputTail _output = new();
    private readonly Task _reading;
    private readonly Lazy<Task> _end;

    private WorkerdProcess(Process process, SiteMemory memory, string worker, ILogger logger)
    {
        (_process, _memory) = (process, memory);
        _end = new Lazy<Task>(EndAsync);
        _reading = _output.ReadAsync(process.StandardError, line => logger.LogDebug("{Worker} printed: {Line}", worker, line));
    }

    public int Port { get; private set; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The last lines that the site and workerd printed, and why it ended where the kernel tells.</summary>
    public string LastOutput => $"{_output}\n{_memory.Explanation}".Trim('\n');

    /// <summary>Starts workerd, which joins what <paramref name="memory"/> says, and waits until it listens.</summary>
    /// <returns>TARGET_REJECTED with what workerd says when it cannot run the config.</returns>
    public static async Task<ErrorOr<WorkerdProcess>> StartAsync(
        ProcessStartInfo start, SiteMemory memory, string worker, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken)
    {
        var running = new WorkerdProcess(await BeginAsync(start, memory), memory, worker, logger);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(timeout);
        try
        {
            running.Port = await running.ReadPortAsync(patience.Token);
            if (running.Port > 0) return running;
            await running.DisposeAsync();
            return TargetErrors.Rejected($"The Workers runtime cannot run this artifact: {running.LastOutput}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await running.DisposeAsync();
            return TargetErrors.Unavailable(
                $"The Workers runtime did not start within {timeout.TotalSeconds:0} s. {running.LastOutput}".TrimEnd());
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the process. Afterwards <see cref="LastOutput"/> has all that it printed. Safe to repeat.</summary>
    public async ValueTask DisposeAsync() => await _end.Value;

    private static async Task<Process> BeginAsync(ProcessStartInfo start, SiteMemory memory)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch
        {
            await memory.DisposeAsync();
            throw;
        }
    }

    private async Task EndAsync()
    {
        try
        {
            _process.StandardInput.Close(); // the guard takes it from here
            await _process.WaitForExitAsync().WaitAsync(EndTimeout);
            await _reading.WaitAsync(EndTimeout);
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
        }
        finally
        {
            await _memory.DisposeAsync();
            _process.Dispose();
        }
    }

    // Zero: the process ended before it listened.
    private async Task<int> ReadPortAsync(CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            using var message = JsonDocument.Parse(line);
            if (message.RootElement.GetProperty("event").ValueEquals("listen")) return message.RootElement.GetProperty("port").GetInt32();
        }

        return 0;
    }
}
