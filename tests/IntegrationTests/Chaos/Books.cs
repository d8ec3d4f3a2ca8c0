using Npgsql;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>
/// Notes in the database itself who changed a deployment when and under which lease, so that nothing that a node does or fails to
/// do can escape it. Nodes sign with the name of their connections.
/// </summary>
internal sealed class Books(NpgsqlDataSource database)
{
    private const string Open =
        """
        CREATE SCHEMA chaos;
        CREATE TABLE chaos.changes (
            n bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(), node text NOT NULL, deployment text NOT NULL,
            owner text, new_owner text, token bigint, new_token bigint, status text, new_status text, attempt int, new_attempt int,
            progress int, new_progress int, substance bool NOT NULL);
        CREATE INDEX ON chaos.changes (deployment, n);
        CREATE TABLE chaos.deaths (node text NOT NULL, at timestamptz NOT NULL);

        CREATE FUNCTION chaos.note_row() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO chaos.changes (
                node, deployment, owner, new_owner, token, new_token, status, new_status, attempt, new_attempt, progress, new_progress, substance)
            VALUES (
                current_setting('application_name'), NEW.id, OLD.lease_owner, NEW.lease_owner, OLD.fencing_token, NEW.fencing_token,
                OLD.status, NEW.status, OLD.attempt, NEW.attempt, OLD.progress, NEW.progress,
                to_jsonb(OLD) - '{dispatched_at,hangfire_job_id,cancel_requested_at}'::text[]
                    IS DISTINCT FROM to_jsonb(NEW) - '{dispatched_at,hangfire_job_id,cancel_requested_at}'::text[]);
            RETURN NULL;
        END $$;

        CREATE FUNCTION chaos.note_step() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO chaos.changes (node, deployment, owner, new_owner, token, new_token, substance)
            SELECT current_setting('application_name'), d.id, d.lease_owner, d.lease_owner, d.fencing_token, d.fencing_token, true
            FROM deploy.deployments d WHERE d.id = NEW.deployment_id;
            RETURN NULL;
        END $$;

        CREATE TRIGGER chaos_row AFTER UPDATE ON deploy.deployments FOR EACH ROW EXECUTE FUNCTION chaos.note_row();
        -- At the commit: a claim writes its first step in the same transaction, and maybe before the lease.
        CREATE CONSTRAINT TRIGGER chaos_step AFTER INSERT OR UPDATE ON deploy.deployment_steps
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chaos.note_step();
        """;

    // A write under another worker's lease: the same token before and after, and a hand that is not the owner's.
    private const string Stale =
        """
        SELECT node || ' wrote to ' || deployment || ' of ' || owner FROM chaos.changes
        WHERE substance AND owner IS NOT NULL AND token = new_token AND owner <> node
        """;

    private const string Backwards =
        """
        SELECT deployment || ' went from ' || status || ' ' || progress || ' to ' || new_status || ' ' || new_progress FROM chaos.changes
        WHERE (status IN ('completed', 'failed', 'cancelled') AND new_status <> status) OR (attempt = new_attempt AND new_progress < progress)
        """;

    // Of each dead worker every deployment that it held: how long until another one had it, or the reaper had ended it. Others may
    // have died meanwhile, the one that was about to take it among them: then the time since the last of those deaths counts as well.
    private const string Takeovers =
        """
        SELECT claim.deployment, extract(epoch FROM next.at - death.at)::float8, extract(epoch FROM next.at - (
            SELECT max(later.at) FROM chaos.deaths later WHERE later.at < next.at))::float8
        FROM chaos.deaths death
        JOIN chaos.changes claim ON claim.new_owner = death.node AND claim.new_token > claim.token
        LEFT JOIN LATERAL (
            SELECT n, at FROM chaos.changes n
            WHERE n.deployment = claim.deployment AND n.n > claim.n AND (n.new_token > claim.new_token OR n.new_owner IS NULL)
            ORDER BY n.n LIMIT 1) next ON true
        WHERE next.n IS NULL OR next.at > death.at
        """;

    public Task OpenAsync() => ExecuteAsync(Open);

    /// <summary>The most deaths that any deployment has met that the node runs now.</summary>
    public async Task<int> MostInterruptionsAsync(string node) =>
        await ScalarAsync<int>("SELECT coalesce(max(interruptions), 0)::int FROM deploy.deployments WHERE lease_owner = $1", node);

    public Task NoteDeathAsync(string node, DateTimeOffset at) => ExecuteAsync("INSERT INTO chaos.deaths VALUES ($1, $2)", node, at);

    /// <summary>Writes by workers whose lease was somebody else's by then.</summary>
    public Task<IReadOnlyList<string>> StaleWritesAsync() => TextsAsync(Stale);

    /// <summary>Ends that were changed and progress that was taken back.</summary>
    public Task<IReadOnlyList<string>> BackwardMovesAsync() => TextsAsync(Backwards);

    public async Task<IReadOnlyList<Takeover>> TakeoversAsync()
    {
        await using var command = database.CreateCommand(Takeovers);
        await using var rows = await command.ExecuteReaderAsync();
        var found = new List<Takeover>();
        while (await rows.ReadAsync())
        {
            found.Add(rows.IsDBNull(1)
                ? new Takeover(rows.GetString(0), double.PositiveInfinity, double.PositiveInfinity)
                : new Takeover(rows.GetString(0), rows.GetDouble(1), rows.GetDouble(2)));
        }

        return found;
    }

    /// <summary>The first column of every row.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var texts = new List<string>();
        while (await rows.ReadAsync()) texts.Add(rows.GetString(0));
        return texts;
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql, params object[] parameters)
    {
        await using var command = Command(sql, parameters);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand Command(string sql, object[] parameters)
    {
        var command = database.CreateCommand(sql);
        foreach (var parameter in parameters) command.Parameters.AddWithValue(parameter);
        return command;
    }
}

/// <summary>How long a deployment waited whose worker had died; infinite when no other took it.</summary>
/// <param name="Seconds">Since its worker's death.</param>
/// <param name="SinceLastDeath">Since the last death of any node before it was taken.</param>
internal sealed record Takeover(string Deployment, double Seconds, double SinceLastDeath)
{
    /// <summary>No other node died meanwhile.</summary>
    public bool IsUndisturbed => Seconds == SinceLastDeath;
}
