using Libra.Deploy.Domain.Common;
using MediatR;

namespace Libra.Deploy.Application.Common;

/// <summary>Carries a domain event to the handlers of all modules, inside the transaction that caused it.</summary>
public sealed record DomainEventNotification<TEvent>(TEvent Event) : INotification
    where TEvent : IDomainEvent;

/// <summary>Wraps an event of any type.</summary>
public static class DomainEventNotification
{
    public static INotification For(IDomainEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        return (INotification)Activator.CreateInstance(typeof(DomainEventNotification<>).MakeGenericType(happened.GetType()), happened)!;
    }
}
