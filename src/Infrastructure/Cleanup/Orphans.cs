using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Cleanup;

/// <summary>
/// When what no row names was first seen without its row. Its own age says nothing: on a wrong or old database everything is an orphan,
/// and old.
/// </summary>
internal static class Orphans
{
    private const string Due =
        """
        WITH found_again AS (DELETE FROM deploy.orphans WHERE name IN (SELECT $1 || owned.name FROM unnest($2::text[]) owned (name))),
        seen AS (
            INSERT INTO deploy.orphans AS o (name, seen_at)
            SELECT $1 || lost.name, now() FROM unnest($3::text[]) lost (name) ORDER BY lost.name
            ON CONFLICT (name) DO UPDATE SET seen_at = o.seen_at
            RETURNING name, seen_at)
        SELECT substr(name, length($1) + 1) FROM seen WHERE seen_at <= now() - $4
        """;

    private const string Forget =
        "DELETE FROM deploy.orphans WHERE name IN (SELECT $1 || gone.name FROM unnest($2::text[]) gone (name))";

    /// <summary>Notes whose row is missing, and forgets what was noted of those whose row is there.</summary>
    /// <param name="place">What tells apart equal names of different things.</param>
    /// <returns>Those without a row for the whole grace time, to be removed.</returns>
    public static async Task<HashSet<string>> DueAsync(
        NpgsqlConnection connection,
        string place,
        IReadOnlyCollection<string> owned,
        IReadOnlyCollection<string> orphaned,
        TimeSpan grace,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Due, connection);
        command.Parameters.AddWithValue(place);
        command.Parameters.AddWithValue(owned.ToArray());
        command.Parameters.AddWithValue(orphaned.ToArray());
        command.Parameters.AddWithValue(grace);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var due = new HashSet<string>(StringComparer.Ordinal);
        while (await rows.ReadAsync(cancellationToken)) due.Add(rows.GetString(0));
        return due;
    }

    /// <summary>Forgets what was removed; safe to repeat.</summary>
    public static async Task ForgetAsync(
        NpgsqlConnection connection, string place, IReadOnlyCollection<string> removed, CancellationToken cancellationToken)
    {
        if (removed.Count == 0) return;
        await using var command = new NpgsqlCommand(Forget, connection);
        command.Parameters.AddWithValue(place);
        command.Parameters.AddWithValue(removed.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>What stands somewhere outside the database although no row names it.</summary>
internal sealed class OrphanRow
{
    public required string Name { get; init; }

    public DateTimeOffset SeenAt { get; init; }
}

internal sealed class OrphanConfiguration : IEntityTypeConfiguration<OrphanRow>
{
    public void Configure(EntityTypeBuilder<OrphanRow> orphan)
    {
        orphan.ToTable("orphans");
        orphan.HasKey(o => o.Name);
    }
}
