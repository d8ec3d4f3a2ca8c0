namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>When a sandbox is over, whatever happens in it.</summary>
internal sealed class SandboxEnd(TimeSpan lifetime, TimeProvider clock)
{
    private readonly DateTimeOffset _at = clock.GetUtcNow() + lifetime;

    /// <summary>A time limit, or what is left if that is less.</summary>
    public TimeSpan Within(TimeSpan limit)
    {
        var left = _at - clock.GetUtcNow();
        return left < limit ? TimeSpan.FromMilliseconds(Math.Max(left.TotalMilliseconds, 1)) : limit;
    }
}
