namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>
/// A pipe out of a run. It ends with the last process that has it open; where no namespace and no group holds a run together, that may be
/// one that outlives it, and then the pipe ends here when nothing has come for a while. However long the taking of what came lasts, all of
/// it is taken.
/// </summary>
/// <param name="stream">This process's end.</param>
/// <param name="clock">Measures how long a leftover is listened to.</param>
/// <param name="gone">Fires when the run has ended.</param>
internal sealed class SandboxPipe(Stream stream, TimeProvider clock, CancellationToken gone)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private TimeSpan _listened;

    /// <returns>0 at the end.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_listened >= Patience) return 0;

        using var silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        var start = gone.IsCancellationRequested ? clock.GetTimestamp() : (long?)null;
        await using var after = gone.Register(() => silence.CancelAfter(Patience - _listened));
        try
        {
            return await stream.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            if (start is { } began) _listened += clock.GetElapsedTime(began);
        }
    }
}
