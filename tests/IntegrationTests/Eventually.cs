using System.Diagnostics;

namespace Libra.Deploy.IntegrationTests;

/// <summary>Waits for what another process does, no longer than a limit.</summary>
internal static class Eventually
{
    /// <summary>A limit for what takes no time to speak of, also on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Fails with the reason when the condition does not come true in time.</summary>
    public static Task BecomesTrueAsync(Func<bool> condition, TimeSpan limit, string because) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), limit, because);

    /// <summary>The same for a condition that takes a look elsewhere.</summary>
    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, TimeSpan limit, string because)
    {
        using var timer = new PeriodicTimer(Pause);
        for (var waited = Stopwatch.StartNew(); !await condition();)
        {
            waited.Elapsed.Should().BeLessThan(limit, because);
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
