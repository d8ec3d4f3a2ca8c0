using System.Globalization;
using Libra.Deploy.Application.Health;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>
/// Reads a row of ours, as every request does, and the database's clock: nodes compare times that others of them have written, so each
/// tells when its own clock is wrong.
/// </summary>
internal sealed class DatabaseProbe(NpgsqlDataSource database, TimeProvider clock, ILogger<DatabaseProbe> logger) : IDependencyProbe
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);
    private bool _warned;

    public string Name => Dependencies.Database;

    // Limit and freshness together stay under the two seconds within which an outage must show.
    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(500));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT clock_timestamp(), EXISTS (SELECT 1 FROM deploy.deployments)"); // both shown: what nobody asks for is not read
        var asked = clock.GetUtcNow();
        var told = new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(cancellationToken))!, TimeSpan.Zero);
        return ProbeFinding.Up($"The database answers.{Difference(told, asked, clock.GetUtcNow())}");
    }

    /// <summary>A sentence about a clock that is wrong, which is also logged once; else nothing.</summary>
    private string Difference(DateTimeOffset told, DateTimeOffset asked, DateTimeOffset answered)
    {
        var (behind, ahead) = (told - answered, asked - told); // the answer itself may have taken long
        var isWrong = behind > Tolerance || ahead > Tolerance;
        var seconds = (behind > ahead ? behind : ahead).TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        var sentence = isWrong ? $" This node's clock is {seconds} s {(behind > ahead ? "behind" : "ahead of")} the database's." : "";
        if (isWrong && !_warned)
            logger.LogWarning("Leases and the order of deployments need equal clocks.{Difference} Synchronize the node's (NTP)", sentence);
        _warned = isWrong;
        return sentence;
    }
}
