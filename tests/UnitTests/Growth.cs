using System.Diagnostics;

namespace Libra.Deploy.UnitTests;

/// <summary>How the time of something grows with its input, measured against itself: no limit in seconds holds on every machine.</summary>
internal static class Growth
{
    private const int FewestRounds = 5;
    private const int MostRounds = 50;

    /// <summary>
    /// Asserts that an input <paramref name="times"/> as long takes less than half of what it would in quadratic time. The quickest of
    /// several rounds counts on both sides, and they take turns, so that a busy machine slows both; a very busy one gets more rounds.
    /// </summary>
    public static void ShouldBeLinear(int length, int times, Action<int> work)
    {
        work(length);
        work(length * times); // compiled, and its buffers grown
        var most = times / 2.0;
        var (once, many) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var round = 0; round < FewestRounds || (round < MostRounds && many / once >= most); round++)
        {
            once = Shorter(once, () =>
            {
                for (var i = 0; i < times; i++) work(length);
            });
            many = Shorter(many, () => work(length * times));
        }

        (many / once).Should().BeLessThan(most, "{0} times as much takes {0} times as long in linear time", times);
    }

    private static TimeSpan Shorter(TimeSpan known, Action work)
    {
        var started = Stopwatch.GetTimestamp();
        work();
        var took = Stopwatch.GetElapsedTime(started);
        return took < known ? took : known;
    }
}
