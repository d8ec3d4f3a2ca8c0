using System.Diagnostics;

namespace Libra.Deploy.IntegrationTests.Logs;

/// <summary>Waits, with a bound, for something that another thread brings about.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            waited.Elapsed.Should().BeLessThan(Bound, "the condition should have become true");
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }
}
