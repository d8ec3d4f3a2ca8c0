namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>When something has to be over: a sandbox, or the commands of an install together.</summary>
internal sealed class Deadline(TimeSpan limit, TimeProvider clock)
{
    private readonly DateTimeOffset _at = clock.GetUtcNow() + limit;

    /// <summary>Never nothing, because no time at all would be no limit to some timers.</summary>
    public TimeSpan Left => TimeSpan.FromMilliseconds(Math.Max((_at - clock.GetUtcNow()).TotalMilliseconds, 1));

    /// <summary>A time limit, or what is left if that is less.</summary>
    public TimeSpan Within(TimeSpan timeout) => Left < timeout ? Left : timeout;
}
