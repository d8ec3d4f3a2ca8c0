using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>One stream of events: the lines as they come, and beside them how the deployment stands, until the log has ended.</summary>
/// <param name="mayReadAsync">Whether the caller may still read, given the newest standing; asked with every sign of life.</param>
internal sealed class FollowedStream(
    FollowedDeployment followed, LogEvents events, EventOutput output, Func<DeploymentView?, Task<bool>> mayReadAsync, TimeProvider clock)
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly ReadOnlyMemory<byte> StillHere = ": still here\n\n"u8.ToArray();

    /// <summary>Returns when the stream is to close.</summary>
    /// <param name="closing">Fires when the node stops, which would wait for the reader of a log that goes on.</param>
    public async Task WriteAsync(CancellationToken closing, CancellationToken gone)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(closing, gone);
        var watching = WatchAsync(over);
        DeploymentView? last = null;
        try
        {
            await foreach (var lines in followed.Lines.WithCancellation(over.Token))
                await output.WriteAsync(events.OfLines(lines), over.Token);
            last = await EndAsync(over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            // The caller may not read any more, or not here.
        }
        finally
        {
            await over.CancelAsync();
            await watching;
        }

        if (last is not null) await output.WriteAsync(events.OfView("end", last), gone);
    }

    private async Task WatchAsync(CancellationTokenSource over)
    {
        using var timer = new PeriodicTimer(Look, clock);
        DeploymentView? newest = null;
        (DeploymentStatus, int, int)? shown = null;
        var quietSince = clock.GetTimestamp();
        try
        {
            do
            {
                newest = await UnlessAwayAsync(() => followed.LatestAsync(over.Token), newest);
                if (newest is { } view && (view.Status, view.Progress, view.Attempt) is var now && now != shown)
                {
                    shown = now;
                    await output.WriteAsync(events.OfView("status", view), over.Token);
                }

                if (clock.GetElapsedTime(quietSince) < Heartbeat) continue;
                quietSince = clock.GetTimestamp();
                if (await UnlessAwayAsync(() => mayReadAsync(newest), meanwhile: true)) await output.WriteAsync(StillHere, over.Token);
                else await over.CancelAsync();
            }
            while (await timer.WaitForNextTickAsync(over.Token));
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The log has ended, or the reader has left, or may not read any more.
        }
    }

    // The log tells its end without the database; only who has ended how is asked there.
    private async Task<DeploymentView?> EndAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        while (true)
        {
            var (known, last) = await UnlessAwayAsync(
                async () => (true, await followed.EndAsync(cancellationToken)), meanwhile: (false, default(DeploymentView)));
            if (known) return last;
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    // A database that is away is asked again at the next look, and until then nothing has changed.
    private static async Task<T> UnlessAwayAsync<T>(Func<Task<T>> ask, T meanwhile)
    {
        try
        {
            return await ask();
        }
        catch (Exception away) when (DatabaseOutage.IsBehind(away))
        {
            return meanwhile;
        }
    }
}
