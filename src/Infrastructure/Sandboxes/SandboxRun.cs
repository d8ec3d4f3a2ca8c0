using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>
/// Runs one command line to its end: feeds output on, takes the result, and stops everything on time-out, limit or cancellation.
/// </summary>
/// <param name="timeout">After it the run ends as <see cref="SandboxExitReason.TimedOut"/>.</param>
/// <param name="clock">Measures <paramref name="timeout"/>.</param>
/// <param name="group">Counts and kills the whole tree; null where there are no control groups.</param>
internal sealed class SandboxRun(TimeSpan timeout, TimeProvider clock, ControlGroup? group) : IDisposable
{
    /// <summary>Number, inside the launcher, of the descriptor for the result.</summary>
    public const int ResultDescriptor = 3;

    /// <summary>Number, inside the launcher, of the descriptor for bubblewrap's report.</summary>
    public const int StatusDescriptor = 4;

    private const int MaxStatusBytes = 4096;

    private readonly AnonymousPipeServerStream _result = new(PipeDirection.In, HandleInheritability.None);
    private readonly AnonymousPipeServerStream _status = new(PipeDirection.In, HandleInheritability.None);
    private bool _limitExceeded;

    /// <summary>This process's ends, for the launcher to open.</summary>
    public IReadOnlyList<(int Inside, int OfService)> Descriptors =>
    [
        (ResultDescriptor, (int)_result.ClientSafePipeHandle.DangerousGetHandle()),
        (StatusDescriptor, (int)_status.ClientSafePipeHandle.DangerousGetHandle()),
    ];

    /// <param name="child">Just started; disposed here.</param>
    /// <param name="gate">Takes its output.</param>
    /// <param name="result">Takes what it writes to its result descriptor, as far as <paramref name="maxResultBytes"/>.</param>
    /// <param name="maxResultBytes">Beyond it the run ends as <see cref="SandboxExitReason.LimitExceeded"/>.</param>
    /// <param name="cancellationToken">Kills the tree, then throws.</param>
    /// <returns>How it ended, and the exit code that bubblewrap reported from inside; null when it reported none.</returns>
    public async Task<(SandboxExit Exit, int? Reported)> RunAsync(
        ChildProcess child, OutputGate gate, Stream result, long maxResultBytes, CancellationToken cancellationToken)
    {
        using var owned = child;
        using var time = new CancellationTokenSource(timeout, clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        await using var killer = stop.Token.Register(() => Kill(child));

        using var gone = new CancellationTokenSource();
        using var status = new MemoryStream();
        Task[] pumps =
        [
            Guard(gate.PumpAsync(Pipe(child.Stdout), SandboxStream.Stdout, cancellationToken), stop),
            Guard(gate.PumpAsync(Pipe(child.Stderr), SandboxStream.Stderr, cancellationToken), stop),
            Guard(CopyAsync(Pipe(_result), result, maxResultBytes, cancellationToken), stop),
            Guard(CopyAsync(Pipe(_status), status, MaxStatusBytes, cancellationToken), stop),
        ];

        var code = await child.Exited;
        // Only now, so that the pipes end exactly when the last process that holds them has gone.
        _result.DisposeLocalCopyOfClientHandle();
        _status.DisposeLocalCopyOfClientHandle();
        group?.Kill();
        await gone.CancelAsync();
        await Task.WhenAll(pumps);
        cancellationToken.ThrowIfCancellationRequested();

        var reported = ReportedCode(status.ToArray());
        return (Judge(reported ?? code, time.IsCancellationRequested), reported);

        SandboxPipe Pipe(Stream stream) => new(stream, clock, gone.Token);
    }

    public void Dispose()
    {
        _result.DisposeLocalCopyOfClientHandle();
        _status.DisposeLocalCopyOfClientHandle();
        _result.Dispose();
        _status.Dispose();
    }

    /// <summary>
    /// The exit code of the command inside, from bubblewrap's report; none means that bubblewrap itself failed or was killed.
    /// </summary>
    private static int? ReportedCode(byte[] report)
    {
        int? last = null;
        foreach (var line in Encoding.UTF8.GetString(report).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var json = JsonDocument.Parse(line);
            if (json.RootElement.TryGetProperty("exit-code", out var code)) last = code.GetInt32();
        }

        return last;
    }

    private SandboxExit Judge(int code, bool timedOut)
    {
        if (timedOut) return new SandboxExit(SandboxExitReason.TimedOut, null);
        if (_limitExceeded) return new SandboxExit(SandboxExitReason.LimitExceeded, null);
        if (code != 0 && group?.RanOutOfMemory() == true) return new SandboxExit(SandboxExitReason.OutOfMemory, null);
        return ShellExit.Of(code);
    }

    private void Kill(ChildProcess child)
    {
        group?.Kill();
        // Without a group also its children: bubblewrap alone, killed as it starts, leaves behind what waits for its word.
        child.Kill(tree: group is null);
    }

    private async Task CopyAsync(SandboxPipe source, Stream destination, long maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        long total = 0;
        int read;
        while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
        {
            total += read;
            if (total > maxBytes)
            {
                _limitExceeded = true;
                throw new LimitExceededException();
            }

            await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    /// <summary>A pump that fails stops the run, or the program would block on a pipe that nobody reads.</summary>
    private static async Task Guard(Task pump, CancellationTokenSource stop)
    {
        try
        {
            await pump;
        }
        catch (LimitExceededException)
        {
            await stop.CancelAsync();
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private sealed class LimitExceededException : Exception;
}
