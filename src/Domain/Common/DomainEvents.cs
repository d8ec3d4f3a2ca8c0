namespace Libra.Deploy.Domain.Common;

/// <summary>Something that happened to an aggregate; carries ids, never objects.</summary>
public interface IDomainEvent;

/// <summary>
/// Base of aggregates that others listen to: collects what happened until the unit of work publishes it, inside the same transaction.
/// </summary>
public abstract class AggregateWithEvents
{
    private readonly List<IDomainEvent> _events = [];

    /// <summary>Events raised since the last <see cref="TakeEvents"/>.</summary>
    public IReadOnlyList<IDomainEvent> Events => _events;

    /// <summary>Hands the collected events over and forgets them.</summary>
    public IReadOnlyList<IDomainEvent> TakeEvents()
    {
        var taken = _events.ToArray();
        _events.Clear();
        return taken;
    }

    protected void Raise(IDomainEvent happened) => _events.Add(happened);
}
