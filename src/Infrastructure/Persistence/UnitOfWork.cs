using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Common;
using Libra.Deploy.Infrastructure.Deployments;
using Libra.Deploy.Infrastructure.Projects;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>One transaction over everything that the scope's context changed, and over what its events' handlers wrote.</summary>
internal sealed class UnitOfWork(LibraDbContext database, PendingStatements pending, IMediator mediator) : IUnitOfWork
{
    public async Task<IAsyncDisposable> BeginAsync(CancellationToken cancellationToken)
    {
        pending.Clear();
        // A failed save ends the transaction, so the savepoints that EF would set around each are two statements for nothing.
        database.Database.AutoSavepointsEnabled = false;
        return await database.Database.BeginTransactionAsync(cancellationToken);
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SaveAsync(cancellationToken);
            if (database.Database.CurrentTransaction is { } transaction) await transaction.CommitAsync(cancellationToken);
        }
        catch (DbUpdateConcurrencyException conflict)
        {
            throw new ConcurrentChangeException("The aggregate was changed in between.", conflict);
        }
        catch (PostgresException conflict) when (conflict.ConstraintName == DeploymentConfiguration.OneActiveIndex)
        {
            throw new ConcurrentChangeException("The project got another active deployment in between.", conflict);
        }
        catch (DbUpdateException conflict)
            when (conflict.InnerException is PostgresException { ConstraintName: DomainClaimConfiguration.OneHolderIndex })
        {
            throw new ConcurrentChangeException("Another project got the custom domain in between.", conflict);
        }
    }

    // Handlers write rows of their own, so the aggregate is saved first: a conflict then costs nothing else.
    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        await SendAsync(cancellationToken);
        while (TakeEvents() is { Count: > 0 } events)
        {
            foreach (var happened in events)
                await mediator.Publish(DomainEventNotification.For(happened), cancellationToken);
            await SendAsync(cancellationToken);
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await pending.FlushAsync(cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
    }

    private List<IDomainEvent> TakeEvents() =>
    [
        .. database.ChangeTracker.Entries<AggregateWithEvents>().SelectMany(entry => entry.Entity.TakeEvents()),
        .. pending.TakeEvents(),
    ];
}
