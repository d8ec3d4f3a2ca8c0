using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Libra.Deploy.IntegrationTests.Chaos;

/// <summary>The real unit of work, which dies by SIGKILL right before or right after a write of the journal that it was told to.</summary>
internal sealed class MortalUnitOfWork(UnitOfWork inner, LibraDbContext database, SuddenDeath death) : IUnitOfWork
{
    public Task<IAsyncDisposable> BeginAsync(CancellationToken cancellationToken) => inner.BeginAsync(cancellationToken);

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        database.ChangeTracker.DetectChanges();
        var row = database.ChangeTracker.Entries<Deployment>().FirstOrDefault();
        if (row is null || row.State == EntityState.Added)
        {
            await inner.CommitAsync(cancellationToken);
            return;
        }

        var (deployment, said) = (row.Entity, Said(row));
        await death.ComeAsync([.. said.Select(JournalPoints.Before)], deployment.Interruptions);
        await inner.CommitAsync(cancellationToken);
        death.Note(deployment);
        await death.ComeAsync([.. said.Select(JournalPoints.After)], deployment.Interruptions);
    }

    /// <summary>What the write is about to say of a running deployment; one write may say several things.</summary>
    private List<string> Said(EntityEntry<Deployment> row)
    {
        var said = database.ChangeTracker.Entries<StepRun>()
            .Where(entry => entry.State is EntityState.Added or EntityState.Modified)
            .Select(entry => JournalPoints.Of(entry.Entity))
            .ToList();
        if (row.Property(d => d.FencingToken).IsModified) said.Add(JournalPoints.Claim);
        if (row.Property(d => d.Status).IsModified && EndsAttempt(row.Entity.Status)) said.Add(row.Entity.Status.WireName());
        if (row.Property(d => d.SourceDigest).IsModified) said.Add(JournalPoints.Source);
        if (row.Property(d => d.ArtifactDigest).IsModified) said.Add(JournalPoints.Artifact);
        if (row.Property(d => d.WorkerUrl).IsModified) said.Add(JournalPoints.Address);
        return said;
    }

    private static bool EndsAttempt(DeploymentStatus status) =>
        status is DeploymentStatus.Completed or DeploymentStatus.Failed or DeploymentStatus.Pending;
}

/// <summary>All that the journal of a deployment can say; each has a moment right before it is written and one right after.</summary>
internal static class JournalPoints
{
    public const string Claim = "claim";
    public const string Source = "source";
    public const string Artifact = "artifact";
    public const string Address = "address";

    /// <summary>All moments at which a worker has to survive dying.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Entries().SelectMany(entry => new[] { Before(entry), After(entry) }),
    ];

    public static string Before(string entry) => $"before {entry}";

    public static string After(string entry) => $"after {entry}";

    public static string Of(StepRun run) => $"{run.Step.WireName()} {run.Status}";

    private static IEnumerable<string> Entries()
    {
        StepStatus[] turns = [StepStatus.InProgress, StepStatus.Completed];
        // Cleanup, with nothing left to clean, begins and ends in one write.
        var steps = DeploymentSteps.InOrder.SelectMany(step => turns.Select(turn => $"{step.WireName()} {turn}"))
            .Where(point => point != $"{DeploymentStep.Cleanup.WireName()} {StepStatus.InProgress}");
        // The last two: an attempt failed and another follows; the last one failed, with or without a dead letter.
        return [Claim, Source, Artifact, Address, .. steps, "completed", "pending", "failed"];
    }
}
