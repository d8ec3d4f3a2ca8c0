using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Queue;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Libra.Deploy.Infrastructure.Deployments;

internal sealed class DeploymentConfiguration : IEntityTypeConfiguration<Deployment>
{
    /// <summary>Refuses a second active deployment of a project, whatever the code above forgot.</summary>
    public const string OneActiveIndex = "ux_deployments_one_active_per_project";

    /// <summary>PostgreSQL's own version of a row, another one after each write.</summary>
    public const string RowVersion = "xmin";

    private const string Priority = "Priority";

    public void Configure(EntityTypeBuilder<Deployment> deployment)
    {
        deployment.ToTable("deployments");
        deployment.HasKey(d => d.Id);
        deployment.Ignore(d => d.Events);
        deployment.Property(d => d.Status).HasConversion<StatusConverter>().HasMaxLength(20);
        deployment.Property(d => d.Source).HasConversion<string>().HasMaxLength(16);
        deployment.Property(d => d.TraceParent).HasMaxLength(64);
        deployment.Property(d => d.PredecessorId).HasConversion<DeploymentIdConverter>();

        // Of two that save the same deployment, the second fails and reads again.
        deployment.Property<uint>(RowVersion).IsRowVersion();

        // Every write of a running deployment names the token that it was read with, so that no stale worker's write lands.
        deployment.Property(d => d.FencingToken).IsConcurrencyToken();

        deployment.Property<DateTimeOffset?>("DispatchedAt");
        deployment.Property<DateTimeOffset?>("ArchivedAt");
        deployment.Property<string?>("HangfireJobId").HasMaxLength(32);
        deployment.ComplexProperty(d => d.Settings, settings => settings.Property(s => s.TimeoutShortened).HasDefaultValue(false));
        deployment.ComplexProperty(d => d.Domain, domain =>
        {
            domain.Property(d => d.To).HasColumnName("custom_domain");
            domain.Property(d => d.From).HasColumnName("domain_before");
        });
        // A copy, because an index cannot be made over part of a complex property.
        deployment.Property<int>(Priority).HasComputedColumnSql("settings_priority", stored: true).ValueGeneratedOnAdd();
        deployment.OwnsOne(d => d.Lease, lease =>
        {
            lease.Property(l => l.Owner).HasColumnName("lease_owner").HasMaxLength(100);
            lease.Property(l => l.Token).HasColumnName("lease_token");
            lease.Property(l => l.ExpiresAt).HasColumnName("lease_expires_at");
        });
        deployment.OwnsOne(d => d.Failure, failure =>
        {
            failure.ToJson("failure");
            failure.Property(f => f.Category).HasConversion<string>();
            failure.Property(f => f.Step).HasConversion<string>();
        });

        ConfigureJournal(deployment);
        ConfigureIndexes(deployment);
    }

    private static void ConfigureJournal(EntityTypeBuilder<Deployment> deployment)
    {
        deployment.OwnsMany(d => d.Journal, step =>
        {
            step.ToTable("deployment_steps");
            step.WithOwner().HasForeignKey("DeploymentId");
            step.HasKey("DeploymentId", nameof(StepRun.Attempt), nameof(StepRun.Step));
            step.Property(s => s.Attempt).ValueGeneratedNever(); // ours, or EF would update a new line, not insert it
            step.Property(s => s.Step).ValueGeneratedNever().HasConversion<StepConverter>().HasMaxLength(16);
            step.Property(s => s.Status).HasConversion<string>().HasMaxLength(16);
            step.Property(s => s.ErrorCode).HasMaxLength(64);
        });
        deployment.Navigation(d => d.Journal).UsePropertyAccessMode(PropertyAccessMode.Field).HasField("_journal");
    }

    private static void ConfigureIndexes(EntityTypeBuilder<Deployment> deployment)
    {
        deployment.HasIndex(d => d.ProjectId).IsUnique().HasFilter(DeploymentSql.Active).HasDatabaseName(OneActiveIndex);
        deployment.HasIndex(d => d.DueAt).HasFilter("status = 'pending'").HasDatabaseName("ix_deployments_waiting");
        deployment.HasIndex(nameof(Deployment.OrganizationId), Priority, nameof(Deployment.DueAt), nameof(Deployment.Id))
            .IsDescending(false, true, false, false).HasFilter(WaitingLine.Waits).HasDatabaseName("ix_deployments_line");
        deployment.HasIndex(d => d.OrganizationId).HasFilter(WaitingLine.Runs).HasDatabaseName("ix_deployments_running");
        deployment.HasIndex(nameof(Deployment.OrganizationId), "DispatchedAt")
            .HasFilter("dispatched_at IS NOT NULL").HasDatabaseName("ix_deployments_served");
        deployment.HasIndex(d => d.CreatedAt).HasFilter(DeploymentSql.Active).HasDatabaseName("ix_deployments_active");
        deployment.HasIndex(d => new { d.CreatedAt, d.Id }).IsDescending();
        deployment.HasIndex(d => new { d.OrganizationId, d.CreatedAt, d.Id }).IsDescending(false, true, true);
        deployment.HasIndex(d => new { d.ProjectId, d.CreatedAt, d.Id }).IsDescending(false, true, true);
        deployment.HasIndex(d => new { d.UserId, d.CreatedAt, d.Id }).IsDescending(false, true, true);
        deployment.HasIndex(d => new { d.Status, d.CreatedAt, d.Id }).IsDescending(false, true, true);
        deployment.HasIndex(d => new { d.OrganizationId, d.Status, d.CreatedAt, d.Id }).IsDescending(false, false, true, true);
        deployment.HasIndex(d => new { d.ProjectId, d.SourceDigest })
            .HasFilter("status = 'completed'").HasDatabaseName("ix_deployments_built");
        deployment.HasIndex(d => new { d.CompletedAt, d.Id }).HasFilter("completed_at IS NOT NULL");
        deployment.HasIndex("ArchivedAt", nameof(Deployment.CompletedAt))
            .HasFilter("completed_at IS NOT NULL AND archived_at IS NULL").HasDatabaseName("ix_deployments_unarchived");
        deployment.HasIndex(d => d.ArtifactDigest).HasFilter("artifact_digest IS NOT NULL");
    }
}
