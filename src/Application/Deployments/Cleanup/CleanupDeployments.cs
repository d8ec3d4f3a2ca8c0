using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.RateLimits;
using Libra.Deploy.Domain.Deployments;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments.Cleanup;

/// <summary>Removes old deployments with their logs, and artifacts that nobody uses. Safe to repeat: a run that was killed is finished by the next.</summary>
/// <param name="OlderThanDays">Null means as configured; 0 means every ended one.</param>
/// <param name="KeepPerProject">Null means as configured.</param>
/// <param name="DryRun">Removes nothing and reports what the same command would remove now.</param>
public sealed record CleanupDeploymentsCommand(OrganizationFilter Caller, int? OlderThanDays = null, int? KeepPerProject = null, bool DryRun = false)
    : IRequest<ErrorOr<CleanupReport>>;

/// <summary>What a run removed, or would have.</summary>
public sealed record CleanupReport(bool DryRun, long Deployments, long LogObjects, long Artifacts, long Bytes, KeptDeployments Kept);

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
    IArtifactStore artifacts,
    IIdempotencyStore keys,
    IRateLimiter limits,
    IOptions<CleanupOptions> options,
    TimeProvider clock) : IRequestHandler<CleanupDeploymentsCommand, ErrorOr<CleanupReport>>
{
    public async Task<ErrorOr<CleanupReport>> Handle(CleanupDeploymentsCommand command, CancellationToken cancellationToken)
    {
        var age = TimeSpan.FromDays(command.OlderThanDays ?? options.Value.OlderThanDays);
        var rules = new CleanupRules(
            clock.GetUtcNow() - age, command.KeepPerProject ?? options.Value.KeepPerProject, options.Value.ArtifactGrace, command.Caller, command.DryRun);
        await using var run = await expired.BeginAsync(rules, cancellationToken);
        if (run is null) return DeploymentErrors.CleanupRunning;

        var report = new CleanupReport(command.DryRun, 0, 0, 0, 0, await run.CountKeptAsync(cancellationToken));
        while (await run.NextAsync(cancellationToken) is { Count: > 0 } page) report = await RemoveAsync(run, page, report, cancellationToken);
        await run.ReleaseArtifactsAsync(
            async artifact =>
            {
                if (!command.DryRun) await artifacts.DeleteAsync(artifact.Digest, cancellationToken);
                report = report with { Artifacts = report.Artifacts + 1, Bytes = report.Bytes + artifact.Size };
            },
            cancellationToken);
        if (!command.DryRun) await PruneAsync(cancellationToken);
        return report;
    }

    // Objects before rows: after a kill the rows still name what is left, and removing it twice is no error.
    private async Task<CleanupReport> RemoveAsync(ICleanupRun run, IReadOnlyList<LogSubject> page, CleanupReport report, CancellationToken cancellationToken)
    {
        foreach (var subject in page)
        {
            var (objects, bytes) = report.DryRun ? await logs.MeasureAsync(subject, cancellationToken) : await logs.DeleteAsync(subject, cancellationToken);
            report = report with { LogObjects = report.LogObjects + objects, Bytes = report.Bytes + bytes };
        }

        await run.RemoveAsync(page, cancellationToken);
        return report with { Deployments = report.Deployments + page.Count };
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        await keys.PruneAsync(cancellationToken);
        await limits.PruneAsync(cancellationToken);
    }
}
