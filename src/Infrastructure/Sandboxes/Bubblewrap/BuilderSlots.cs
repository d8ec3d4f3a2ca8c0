using System.Globalization;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Hands out builder users: two sandboxes of one user would share its limit of processes.</summary>
internal sealed class BuilderSlots(string folder, int count, TimeProvider clock) : IDisposable
{
    // Only for slots of other processes, which end without a word to this one.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    private readonly SemaphoreSlim _line = new(1, 1);
    private TaskCompletionSource _freed = NewSignal();

    /// <summary>Waits until one is free; who asks first gets the first.</summary>
    /// <param name="full">Called once when all are in use.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<BuilderSlot> TakeAsync(Action full, CancellationToken cancellationToken)
    {
        await _line.WaitAsync(cancellationToken);
        try
        {
            for (var isTold = false; ; isTold = true)
            {
                // Taken before the look, so that no slot can be freed between the two unnoticed.
                var freed = Volatile.Read(ref _freed).Task;
                if (TryTake() is { } slot) return slot;

                if (!isTold) full();
                using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                await Task.WhenAny(freed, Task.Delay(LookAgain, clock, pause.Token));
                await pause.CancelAsync();
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            _line.Release();
        }
    }

    public void Dispose() => _line.Dispose();

    private BuilderSlot? TryTake()
    {
        for (var index = 0; index < count; index++)
        {
            if (LockFile.TryTake(Path.Combine(folder, index.ToString(CultureInfo.InvariantCulture))) is { } held)
                return new BuilderSlot(index, held, () => Interlocked.Exchange(ref _freed, NewSignal()).SetResult());
        }

        return null;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>One builder user, held until disposed.</summary>
internal sealed record BuilderSlot(int Index, IDisposable Lock, Action Freed) : IDisposable
{
    public void Dispose()
    {
        Lock.Dispose();
        Freed();
    }
}
