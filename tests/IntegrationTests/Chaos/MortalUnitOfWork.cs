using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>The real unit of work, which dies by SIGKILL right before or right after a write of the journal that it was told to.</summary>
internal sealed class MortalUnitOfWork(UnitOfWork inner, LibraDbContext database, SuddenDeath death) : IUnitOfWork
{
    public Task<IAsyncDisposable> BeginAsync(CancellationToken cancellationToken) => inner.BeginAsync(cancellationToken);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        var write = JournalWrite();
        var deployment = database.ChangeTracker.Entries<Deployment>().FirstOrDefault()?.Entity;
        if (write is null || deployment is null)
        {
            await inner.CommitAsync(cancellationToken);
            return;
        }

        await death.ComeAsync($"before {write}", deployment.Interruptions);
        await inner.CommitAsync(cancellationToken);
        death.Note(deployment);
        await death.ComeAsync($"after {write}", deployment.Interruptions);
    }

    /// <summary>What the write is about to say, one of <see cref="JournalPoints"/>; null when it is no write of a running deployment.</summary>
    private string? JournalWrite()
    {
        database.ChangeTracker.DetectChanges();
        if (database.ChangeTracker.Entries<Deployment>().FirstOrDefault(entry => entry.State != EntityState.Added) is not { } row) return null;

        if (row.Property(d => d.FencingToken).IsModified) return JournalPoints.Claim;
        var status = row.Entity.Status;
        var endsAttempt = status is DeploymentStatus.Completed or DeploymentStatus.Failed or DeploymentStatus.Pending;
        if (endsAttempt && row.Property(d => d.Status).IsModified) return status.WireName();
        if (database.ChangeTracker.Entries<StepRun>().FirstOrDefault(entry => entry.State is EntityState.Added or EntityState.Modified) is { } step)
            return JournalPoints.Of(step.Entity);
        if (row.Property(d => d.SourceDigest).IsModified) return JournalPoints.Source;
        if (row.Property(d => d.ArtifactDigest).IsModified) return JournalPoints.Artifact;
        return row.Property(d => d.WorkerUrl).IsModified ? JournalPoints.Address : null;
    }
}

/// <summary>Every write that the journal of a deployment knows; each has a moment right before and one right after it.</summary>
internal static class JournalPoints
{
    public const string Claim = "claim";
    public const string Source = "source";
    public const string Artifact = "artifact";
    public const string Address = "address";

    /// <summary>All moments at which a worker has to survive dying.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Writes().SelectMany(write => new[] { $"before {write}", $"after {write}" }),
    ];

    public static string Of(StepRun run) => $"{run.Step.WireName()} {run.Status}";

    private static IEnumerable<string> Writes()
    {
        StepStatus[] turns = [StepStatus.InProgress, StepStatus.Completed];
        var steps = DeploymentSteps.InOrder.SelectMany(step => turns.Select(turn => $"{step.WireName()} {turn}"));
        // The last two: an attempt failed and another follows; the last one failed, with or without a dead letter.
        return [Claim, Source, Artifact, Address, .. steps, "completed", "pending", "failed"];
    }
}
