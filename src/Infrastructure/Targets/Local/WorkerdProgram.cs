using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using ErrorOr;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>The workerd program of this installation and what it can do.</summary>
internal sealed class WorkerdProgram(LocalTargetOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CheckValidity = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _asking = new(1, 1);
    private (DateOnly NewestDate, long At)? _known;

    /// <summary>The newest compatibility date that it knows; asked once.</summary>
    public Task<ErrorOr<DateOnly>> NewestCompatibilityDateAsync(CancellationToken cancellationToken) =>
        FindAsync(TimeSpan.MaxValue, cancellationToken);

    /// <summary>Whether the program is there and runs, as of some seconds ago: it can go while the service runs.</summary>
    public async Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken)
    {
        var found = await FindAsync(CheckValidity, cancellationToken);
        return found.IsError ? found.Errors : Result.Success;
    }

    /// <summary>A process that serves a config under the guard, with nothing of this process's environment.</summary>
    /// <param name="config">Its workerd config.</param>
    /// <param name="workingFolder">Of the process.</param>
    /// <param name="controlGroupFiles">Joined by workerd, and not by the guard.</param>
    public ProcessStartInfo Serve(string config, string workingFolder, IReadOnlyList<string> controlGroupFiles)
    {
        // "-I /" lets a config name the files of an artifact by their absolute paths.
        string[] arguments =
        [
            options.GuardPath, .. controlGroupFiles, "--", options.WorkerdPath, "serve", "-I", "/", config,
            "--experimental", "--socket-addr", "http=127.0.0.1:0", "--control-fd=3",
        ];
        var start = new ProcessStartInfo("/bin/sh", arguments)
        {
            WorkingDirectory = workingFolder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
        return start;
    }

    public void Dispose() => _asking.Dispose();

    private async Task<ErrorOr<DateOnly>> FindAsync(TimeSpan validity, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (_known is { } known && clock.GetElapsedTime(known.At) < validity) return known.NewestDate;
            var asked = await AskAsync(cancellationToken);
            _known = asked.IsError ? null : (asked.Value, clock.GetTimestamp());
            return asked;
        }
        finally
        {
            _asking.Release();
        }
    }

    private async Task<ErrorOr<DateOnly>> AskAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(Patience);
        try
        {
            var answer = await Tool.RunAsync([options.WorkerdPath, "--version"], timeout.Token);
            return DateOnly.TryParseExact(
                answer.Output.Trim().Split(' ')[^1], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
                ? date
                : TargetErrors.Unavailable($"The Workers runtime does not say its version: {answer.Output}{answer.Error}".Trim());
        }
        catch (Win32Exception e)
        {
            return TargetErrors.Unavailable($"The Workers runtime cannot be started: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return TargetErrors.Unavailable("The Workers runtime did not say its version in time.");
        }
    }
}
