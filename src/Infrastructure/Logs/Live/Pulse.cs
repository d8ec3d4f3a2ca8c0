namespace Libra.Deploy.Infrastructure.Logs.Live;

/// <summary>
/// Wakes all who wait for something to change. Take <see cref="Next"/>, look at the state, then wait: no change between the
/// two is missed.
/// </summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = Create();

    public Task Next => Volatile.Read(ref _next).Task;

    public void Fire() => Interlocked.Exchange(ref _next, Create()).SetResult();

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
