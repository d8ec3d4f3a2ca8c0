using System.Text.Json;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Queue;

/// <summary>The statements that compare Hangfire's failed jobs with our dead letters.</summary>
internal sealed class FailedJobs(NpgsqlDataSource database)
{
    private const int Batch = 100;

    private const string Unmatched =
        """
        SELECT j.id::text, j.invocationdata::text, j.arguments::text, s.data::jsonb ->> 'ExceptionMessage'
        FROM hangfire.job j LEFT JOIN hangfire.state s ON s.id = j.stateid
        WHERE j.statename = 'Failed'
          AND NOT EXISTS (SELECT 1 FROM deploy.dead_letters d WHERE d.hangfire_job_id = j.id::text AND d.resolved_at IS NULL)
        ORDER BY j.id LIMIT $1
        """;

    // A worker that has just ended a deployment is about to fail its job by itself.
    private const string WithoutJob =
        """
        SELECT d.deployment_id, d.final_error FROM deploy.dead_letters d
        WHERE d.resolved_at IS NULL AND d.deployment_id IS NOT NULL AND d.created_at < $2 - interval '5 seconds'
          AND NOT EXISTS (SELECT 1 FROM hangfire.job j WHERE j.id::text = d.hangfire_job_id AND j.statename = 'Failed')
        ORDER BY d.created_at LIMIT $1
        """;

    // The ids of jobs begin anew with Hangfire's tables, as after a restore without them: another letter may have the id of an earlier
    // job, and two letters cannot have the same. A settled one that names no deployment is the letter of this very job, unless the
    // deployment of the job has an open one.
    private const string Forget =
        """
        UPDATE deploy.dead_letters SET hangfire_job_id = NULL
        WHERE hangfire_job_id = $1
          AND (deployment_id <> $2 OR deployment_id IS NULL AND resolved_at IS NOT NULL
            AND EXISTS (SELECT 1 FROM deploy.dead_letters o WHERE o.deployment_id = $2 AND o.resolved_at IS NULL))
        """;

    private const string Match =
        """
        UPDATE deploy.dead_letters d SET hangfire_job_id = $2
        WHERE d.deployment_id = $1 AND d.resolved_at IS NULL
          AND NOT EXISTS (SELECT 1 FROM hangfire.job j WHERE j.id::text = d.hangfire_job_id AND j.statename = 'Failed')
        """;

    /// <summary>Lets one node at a time compare, until the result is disposed; null when another one does.</summary>
    public async Task<IAsyncDisposable?> TryEnterAsync(CancellationToken cancellationToken)
    {
        NpgsqlConnection? entered = null;
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.BeginTransactionAsync(cancellationToken); // closing the connection ends it, and the lock with it
            await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_xact_lock({DatabaseLocks.FailedJobs})", connection);
            return await command.ExecuteScalarAsync(cancellationToken) is true ? entered = connection : null;
        }
        finally
        {
            if (entered is null) await connection.DisposeAsync();
        }
    }

    /// <summary>Failed jobs that no open dead letter stands for.</summary>
    public async Task<IReadOnlyList<FailedJob>> FindUnmatchedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Unmatched);
        command.Parameters.AddWithValue(Batch);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var jobs = new List<FailedJob>();
        while (await rows.ReadAsync(cancellationToken))
        {
            jobs.Add(new FailedJob(
                rows.GetString(0),
                $"{rows.GetString(1)} {rows.GetString(2)}",
                DeploymentOf(rows.GetString(2)),
                rows.IsDBNull(3) ? null : rows.GetString(3)));
        }

        return jobs;
    }

    /// <summary>Open dead letters that Hangfire does not show as failed.</summary>
    public async Task<IReadOnlyList<(DeploymentId Id, string Error)>> FindWithoutJobAsync(
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WithoutJob);
        command.Parameters.AddWithValue(Batch);
        command.Parameters.AddWithValue(now);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var letters = new List<(DeploymentId, string)>();
        while (await rows.ReadAsync(cancellationToken)) letters.Add((DeploymentId.Parse(rows.GetString(0)), rows.GetString(1)));
        return letters;
    }

    /// <summary>Lets the job stand for the deployment's open dead letter; false when there is none, or another job does.</summary>
    public async Task<bool> MatchAsync(DeploymentId id, string job, CancellationToken cancellationToken)
    {
        await ForgetEarlierAsync(id, job, cancellationToken);
        await using var command = database.CreateCommand(Match);
        command.Parameters.AddWithValue(id.Value);
        command.Parameters.AddWithValue(job);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes the job's id from other letters, which had it of an earlier job.</summary>
    /// <param name="id">The job's deployment; null when it names none.</param>
    public async Task ForgetEarlierAsync(DeploymentId? id, string job, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Forget);
        command.Parameters.AddWithValue(job);
        command.Parameters.AddWithValue(id?.Value ?? string.Empty);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>True when the job has had its say: its deployment is stored, or its dead letter is, open or settled.</summary>
    public async Task<bool> IsKnownAsync(DeploymentId? id, string job, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT EXISTS (SELECT 1 FROM deploy.deployments WHERE id = $1)
                OR EXISTS (
                    SELECT 1 FROM deploy.dead_letters WHERE deployment_id = $1 OR hangfire_job_id = $2 AND deployment_id IS NULL)
            """);
        command.Parameters.AddWithValue(id?.Value ?? string.Empty);
        command.Parameters.AddWithValue(job);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    // Hangfire keeps each argument as JSON inside a JSON array of texts.
    private static DeploymentId? DeploymentOf(string arguments)
    {
        try
        {
            var first = JsonSerializer.Deserialize<string?[]>(arguments)?.FirstOrDefault();
            return first is null ? null : DeploymentId.TryParse(JsonSerializer.Deserialize<string>(first));
        }
        catch (JsonException)
        {
            return null; // nothing that we wrote
        }
    }
}

/// <summary>A job on Hangfire's failed page.</summary>
/// <param name="Content">What it was to call, as stored.</param>
/// <param name="Deployment">Null when it names none.</param>
internal sealed record FailedJob(string Id, string Content, DeploymentId? Deployment, string? Error);
