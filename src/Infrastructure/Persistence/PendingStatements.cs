using Libra.Deploy.Domain.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>
/// Statements of the scope's transaction whose answer nobody needs: they travel with the next one whose answer somebody does need,
/// at the latest with the commit, in one round trip and in their order. Undone with the transaction, sent or not.
/// </summary>
internal sealed class PendingStatements(LibraDbContext database)
{
    private readonly List<NpgsqlBatchCommand> _pending = [];
    private readonly List<AggregateWithEvents> _written = [];

    /// <summary>Sends the statement later; what it refuses is thrown then.</summary>
    /// <param name="sql">With its parameters as <c>$1</c> and up.</param>
    /// <param name="parameters">See <see cref="Of{T}"/>.</param>
    public void Add(string sql, params NpgsqlParameter[] parameters) => _pending.Add(Statement(sql, parameters));

    /// <summary>The same for a statement that writes an aggregate, whose events the unit of work is to publish.</summary>
    public void Add(AggregateWithEvents written, string sql, params NpgsqlParameter[] parameters)
    {
        _written.Add(written);
        Add(sql, parameters);
    }

    /// <summary>Events of the aggregates that were written this way, each once.</summary>
    public IEnumerable<IDomainEvent> TakeEvents() => _written.SelectMany(aggregate => aggregate.TakeEvents());

    /// <summary>Sends all that is pending, and then this one.</summary>
    /// <returns>How many rows this one changed.</returns>
    public async Task<int> ExecuteAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        var last = Statement(sql, parameters);
        _pending.Add(last);
        await FlushAsync(cancellationToken);
        return (int)last.RecordsAffected;
    }

    /// <summary>Forgets what a transaction left that was given up: the next one of the scope is not to send it.</summary>
    public void Clear()
    {
        _pending.Clear();
        _written.Clear();
    }

    /// <summary>Sends all that is pending.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (_pending.Count == 0) return;

        await database.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var batch = new NpgsqlBatch((NpgsqlConnection)database.Database.GetDbConnection());
            foreach (var statement in _pending) batch.BatchCommands.Add(statement);
            _pending.Clear();
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        finally
        {
            await database.Database.CloseConnectionAsync();
        }
    }

    /// <summary>
    /// A parameter of its type also when it is null: without one PostgreSQL would prepare the same statement once for each mixture of
    /// nulls.
    /// </summary>
    public static NpgsqlParameter Of<T>(T value) => new NpgsqlParameter<T> { TypedValue = value };

    private static NpgsqlBatchCommand Statement(string sql, NpgsqlParameter[] parameters)
    {
        var statement = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) statement.Parameters.Add(parameter);
        return statement;
    }
}
