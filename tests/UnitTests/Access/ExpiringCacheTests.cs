using Libra.Deploy.Infrastructure.Access;
using Microsoft.Extensions.Time.Testing;

namespace Libra.Deploy.UnitTests.Access;

public sealed class ExpiringCacheTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void TryGet_WhenTheLifetimeIsOver_KnowsNothing()
    {
        var cache = ACache();
        cache.Set("a", 1);

        _clock.Advance(TimeSpan.FromSeconds(9));
        cache.TryGet("a", out var value).Should().BeTrue();
        value.Should().Be(1);
        _clock.Advance(TimeSpan.FromSeconds(1));

        cache.TryGet("a", out _).Should().BeFalse();
    }

    [Fact]
    public void TryGet_WhenTheValueEndsEarlier_KnowsNothingFromThen()
    {
        var cache = ACache();
        cache.Set("a", 1, _clock.GetUtcNow().AddSeconds(1));

        _clock.Advance(TimeSpan.FromSeconds(1));

        cache.TryGet("a", out _).Should().BeFalse();
    }

    [Fact]
    public void Set_WhenFullOfOldValues_ForgetsThemAndKeepsTheRest()
    {
        var cache = ACache(capacity: 3);
        cache.Set("old", 1);
        _clock.Advance(TimeSpan.FromSeconds(6));
        cache.Set("young", 2);
        cache.Set("younger", 3);
        _clock.Advance(TimeSpan.FromSeconds(4));

        cache.Set("new", 4);

        cache.TryGet("young", out _).Should().BeTrue();
        cache.TryGet("new", out _).Should().BeTrue();
    }

    [Fact]
    public void Set_WhenFullOfYoungValues_StaysWithinItsCapacity()
    {
        var cache = ACache(capacity: 3);

        for (var key = 0; key < 100; key++) cache.Set($"{key}", key);

        Enumerable.Range(0, 100).Count(key => cache.TryGet($"{key}", out _)).Should().BeInRange(1, 3);
        cache.TryGet("99", out _).Should().BeTrue();
    }

    private ExpiringCache<string, int> ACache(int capacity = 100) => new(_clock, TimeSpan.FromSeconds(10), capacity);
}
