using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>Remembers values for a short time, and never more of them than a fixed number.</summary>
internal sealed class ExpiringCache<TKey, TValue>(TimeProvider clock, TimeSpan lifetime, int capacity)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Entry> _entries = new();

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var known = _entries.TryGetValue(key, out var entry) && clock.GetUtcNow() < entry.Until;
        value = known ? entry.Value : default;
        return known;
    }

    /// <summary>Remembers a value for the cache's lifetime, or until an earlier end of its own.</summary>
    public void Set(TKey key, TValue value, DateTimeOffset? end = null)
    {
        var now = clock.GetUtcNow();
        if (_entries.Count >= capacity) MakeRoom(now);
        var until = now + lifetime;
        _entries[key] = new Entry(value, end < until ? end.Value : until);
    }

    public void Remove(TKey key) => _entries.TryRemove(key, out _);

    // Rare, and everything in here can be asked for again; so nothing is spent on knowing which entry is the oldest.
    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, entry) in _entries)
            if (entry.Until <= now) _entries.TryRemove(key, out _);
        if (_entries.Count >= capacity) _entries.Clear();
    }

    private readonly record struct Entry(TValue Value, DateTimeOffset Until);
}
