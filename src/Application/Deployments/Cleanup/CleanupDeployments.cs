using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments.Cleanup;

/// <summary>
/// Removes old deployments with their logs and results, artifacts that nobody uses, and what nobody names. Safe to repeat: a run that was
/// killed is finished by the next.
/// </summary>
/// <param name="OlderThanDays">Null means as configured; 0 means every ended one.</param>
/// <param name="KeepPerProject">Null means as configured.</param>
/// <param name="DryRun">Removes nothing and reports what the same command would remove now.</param>
public sealed record CleanupDeploymentsCommand(
    OrganizationFilter Caller, int? OlderThanDays = null, int? KeepPerProject = null, bool DryRun = false)
    : IRequest<ErrorOr<CleanupReport>>;

/// <summary>What a run removed, or would have.</summary>
/// <param name="LogObjects">Chunks and sealed logs, results and notes of failures.</param>
/// <param name="LocalLeftovers">Stored dependencies and sites of this machine that nobody needs.</param>
public sealed record CleanupReport(
    bool DryRun, long Deployments, long LogObjects, long Artifacts, long LocalLeftovers, long Bytes, KeptDeployments Kept)
{
    internal CleanupReport Add(long logObjects, long bytes) => this with { LogObjects = LogObjects + logObjects, Bytes = Bytes + bytes };
}


internal sealed class CleanupDeploymentsValidator : AbstractValidator<CleanupDeploymentsCommand>
{
    public CleanupDeploymentsValidator()
    {
        RuleFor(command => command.OlderThanDays).InclusiveBetween(0, 3650);
        RuleFor(command => command.KeepPerProject).InclusiveBetween(0, 1000);
    }
}

internal sealed class CleanupDeploymentsHandler(
    IExpiredDeployments expired,
    IDeploymentLog logs,
    DeploymentResults results,
    IArtifactStore artifacts,
    IEnumerable<ILocalLeftovers> leftovers,
    IIdempotencyStore keys,
    IRateLimiter limits,
    IOptions<CleanupOptions> options,
    TimeProvider clock) : IRequestHandler<CleanupDeploymentsCommand, ErrorOr<CleanupReport>>
{
    private const int AtOnce = 8; // a store far away answers slowly, and each deployment takes some calls

    // The artifact's project is held meanwhile.
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(10);

    public async Task<ErrorOr<CleanupReport>> Handle(CleanupDeploymentsCommand command, CancellationToken cancellationToken)
    {
        await using var run = await expired.BeginAsync(RulesFor(command), cancellationToken);
        if (run is null) return DeploymentErrors.CleanupRunning;

        // Orphans first: a dry run would count what it seems to remove after that once more as nobody's.
        var report = new CleanupReport(command.DryRun, 0, 0, 0, 0, 0, await run.CountKeptAsync(cancellationToken));
        var (orphans, orphanBytes) = await run.RemoveOrphansAsync(cancellationToken);
        report = report.Add(orphans, orphanBytes);
        while (await run.NextAsync(cancellationToken) is { Count: > 0 } page)
            report = await RemoveAsync(run, page, report, cancellationToken);
        report = report.Add(logObjects: 0, await run.TrimSourcesAsync(cancellationToken));
        await run.ReleaseArtifactsAsync(
            async artifact =>
            {
                if (!command.DryRun) await DeleteAsync(artifact, cancellationToken);
                report = report with { Artifacts = report.Artifacts + 1, Bytes = report.Bytes + artifact.Size };
            },
            cancellationToken);
        if (!command.DryRun) await PruneAsync(cancellationToken);
        return command.Caller.Only is null ? await RemoveLocalAsync(report, cancellationToken) : report;
    }

    private Task<bool> DeleteAsync(UnusedArtifact artifact, CancellationToken cancellationToken) => StorePatience.WithinAsync(
        Moment,
        "delete an artifact",
        async token =>
        {
            await artifacts.DeleteAsync(artifact.Digest, token);
            return true;
        },
        clock,
        cancellationToken);

    private CleanupRules RulesFor(CleanupDeploymentsCommand command) => new(
        clock.GetUtcNow() - TimeSpan.FromDays(command.OlderThanDays ?? options.Value.OlderThanDays),
        command.KeepPerProject ?? options.Value.KeepPerProject,
        options.Value.SourceBytesPerOrganization,
        options.Value.ArtifactGrace,
        options.Value.OrphanGrace,
        command.Caller,
        command.DryRun);

    // Objects before rows: after a kill the rows still name what is left, and removing it twice is not an error.
    private async Task<CleanupReport> RemoveAsync(
        ICleanupRun run, IReadOnlyList<LogSubject> page, CleanupReport report, CancellationToken cancellationToken)
    {
        var (objects, bytes) = (0L, 0L);
        var some = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(page, some, async (subject, cancelled) =>
        {
            var id = subject.DeploymentId;
            var log = report.DryRun ? await logs.MeasureAsync(subject, cancelled) : await logs.DeleteAsync(subject, cancelled);
            var result = report.DryRun ? await results.MeasureAsync(id, cancelled) : await results.DeleteAsync(id, cancelled);
            Interlocked.Add(ref objects, log.Objects + result.Objects);
            Interlocked.Add(ref bytes, log.Bytes + result.Bytes);
        });

        await run.RemoveAsync(page, cancellationToken);
        return report.Add(objects, bytes) with { Deployments = report.Deployments + page.Count };
    }

    private async Task<CleanupReport> RemoveLocalAsync(CleanupReport report, CancellationToken cancellationToken)
    {
        foreach (var kind in leftovers)
        {
            var (count, bytes) = await kind.RemoveAsync(report.DryRun, cancellationToken);
            report = report with { LocalLeftovers = report.LocalLeftovers + count, Bytes = report.Bytes + bytes };
        }

        return report;
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        await keys.PruneAsync(cancellationToken);
        await limits.PruneAsync(cancellationToken);
    }
}
