using System.IO.Enumeration;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Keeps an install from filling the disk, on which the database and the objects may lie as well.</summary>
/// <remarks>
/// To ask the disk costs nothing, to count a folder of a hundred thousand files half a second. So the folder is counted only once the disk
/// has lost as much as the install may still take, and from time to time, since others may have given room back meanwhile.
/// </remarks>
/// <param name="folder">What the install fills.</param>
/// <param name="limits">How much it may take, and what has to stay free.</param>
/// <param name="free">Bytes that are free on the folder's disk.</param>
/// <param name="clock">Tells when to look.</param>
internal sealed class InstallSpace(string folder, SandboxLimits limits, Func<long> free, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestUncounted = TimeSpan.FromSeconds(30);

    private long _counted;
    private long _freeWhenCounted = free();
    private long _countedAt = clock.GetTimestamp();

    private enum Verdict
    {
        TooLarge,
        DiskFull,
    }

    /// <summary>Looks at the folder and the disk while a command of the install runs, and ends it when it takes too much.</summary>
    /// <exception cref="SandboxException">The disk is nearly full, by whomever.</exception>
    public async Task<SandboxExit> WatchAsync(
        Func<CancellationToken, Task<SandboxExit>> command, OutputGate gate, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = LookUntilItEndsAsync(stop);
        SandboxExit? exit = null;
        try
        {
            exit = await command(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Ended by a look, whose verdict follows.
        }
        finally
        {
            await stop.CancelAsync();
        }

        // Once more for what was written since the last look. An install that came through in spite of a full disk has done no harm.
        var verdict = await watching ?? Look();
        if (verdict == Verdict.DiskFull && exit?.Succeeded != true) throw DiskFull();
        if (verdict != Verdict.TooLarge) return exit!;

        var line = $"The dependencies take more than {ByteSize.Show(limits.InstallDiskBytes)} of disk: the install was ended.";
        await gate.WriteAsync(SandboxStream.Stderr, line, cancellationToken);
        return new SandboxExit(SandboxExitReason.LimitExceeded, null);
    }

    /// <summary>Bytes that a folder takes on the disk; files that come or go meanwhile count or do not.</summary>
    internal static long SizeOf(string folder)
    {
        using var entries = new Sizes(folder);
        var total = 0L;
        while (entries.MoveNext()) total += entries.Current;
        return total;
    }

    private async Task<Verdict?> LookUntilItEndsAsync(CancellationTokenSource stop)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop.Token))
            {
                if (Look() is not { } verdict) continue;

                await stop.CancelAsync();
                return verdict;
            }
        }
        catch (OperationCanceledException)
        {
            // The command has ended.
        }

        return null;
    }

    private Verdict? Look()
    {
        var left = free();
        if (left < limits.FreeDiskBytes) return Verdict.DiskFull;

        var lost = Math.Max(_freeWhenCounted - left, 0);
        if (lost < limits.InstallDiskBytes - _counted && clock.GetElapsedTime(_countedAt) < LongestUncounted) return null;

        (_counted, _freeWhenCounted, _countedAt) = (SizeOf(folder), left, clock.GetTimestamp());
        return _counted > limits.InstallDiskBytes ? Verdict.TooLarge : null;
    }

    private SandboxException DiskFull() => new(
        "SANDBOX_COMMAND_FAILED",
        $"The disk of the sandboxes has less than {ByteSize.Show(limits.FreeDiskBytes)} left, which Deployments:FreeDiskBytes keeps free.",
        transient: true);

    // By whole blocks and with folders, because a million small files take more than their bytes.
    private sealed class Sizes(string folder) : FileSystemEnumerator<long>(
        folder, new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
    {
        private const long Block = 4096;

        protected override long TransformEntry(ref FileSystemEntry entry) =>
            entry.IsDirectory ? Block : (entry.Length + Block - 1) / Block * Block;

        // Package managers move and remove folders while they are counted.
        protected override bool ContinueOnError(int error) => true;
    }
}
