using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Application.RateLimits;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Libra.Deploy.Infrastructure.RateLimits;

/// <summary>
/// A window for each caller and project in an organization that begins with its first request; the database's clock decides, as all
/// nodes share it.
/// </summary>
/// <remarks>Over the border of two windows a caller may get in nearly twice the limit; in exchange a request costs one write to one
/// row.</remarks>
internal sealed class RateLimiter(NpgsqlDataSource database, IOptions<RateLimitOptions> options) : IRateLimiter
{
    // The count stops one above the limit, so that no flood of refused requests can overflow it.
    private const string Count =
        """
        INSERT INTO deploy.rate_limits AS w (key, requests, ends_at) VALUES ($1, 1, now() + make_interval(secs => $3))
        ON CONFLICT (key) DO UPDATE SET
            requests = CASE WHEN w.ends_at <= now() THEN 1 ELSE LEAST(w.requests, $2) + 1 END,
            ends_at = CASE WHEN w.ends_at <= now() THEN excluded.ends_at ELSE w.ends_at END
        RETURNING requests, ceil(extract(epoch FROM ends_at - now()))::int
        """;

    // What is locked is in use, hence not over: skipping it lets pruning wait for nobody.
    private const string Prune =
        "DELETE FROM deploy.rate_limits WHERE key IN (SELECT key FROM deploy.rate_limits WHERE ends_at <= now() FOR UPDATE SKIP LOCKED)";

    private static readonly byte[] Nameless = new byte[SHA256.HashSizeInBytes];

    public async Task<RateLimitDecision> TakeAsync(
        string? organizationId, string callerId, string? projectId, CancellationToken cancellationToken)
    {
        var (limit, seconds) = (options.Value.Limit, options.Value.WindowSeconds);
        if (limit == 0) return new RateLimitDecision(Allowed: true, limit, Remaining: 0, seconds, RetryAfterSeconds: 0);

        await using var command = database.CreateCommand(Count);
        command.Parameters.AddWithValue(KeyOf(organizationId, callerId, projectId));
        command.Parameters.AddWithValue(limit);
        command.Parameters.AddWithValue((double)seconds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var (requests, untilEnd) = (reader.GetInt32(0), reader.GetInt32(1));

        var allowed = requests <= limit;
        return new RateLimitDecision(
            allowed, limit, Math.Max(0, limit - requests), seconds, allowed ? 0 : Math.Clamp(untilEnd, 1, seconds));
    }

    public async Task<int> PruneAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Prune);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Each digest ends where the next one begins, so no choice of names makes two windows look alike.
    private static byte[] KeyOf(params ReadOnlySpan<string?> names)
    {
        using var key = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in names) key.AppendData(name is null ? Nameless : SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return key.GetHashAndReset();
    }
}
