using System.Text.Json;
using System.Text.Json.Serialization;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Libra.Deploy.Infrastructure.Queue;

internal sealed class DeadLetterConfiguration : IEntityTypeConfiguration<DeadLetter>
{
    private const string Open = "resolved_at IS NULL";

    // The history is never changed, so it need not be compared line by line at every save.
    private static readonly ValueComparer<IReadOnlyList<FailedAttempt>> WrittenOnce =
        new((one, other) => ReferenceEquals(one, other), history => history.Count, history => history);

    public void Configure(EntityTypeBuilder<DeadLetter> letter)
    {
        letter.ToTable("dead_letters");
        letter.HasKey(l => l.Id);
        letter.Property(l => l.Id).HasConversion(id => id.Value, value => new DeadLetterId(value)).ValueGeneratedNever();
        letter.Property(l => l.ProjectId).HasMaxLength(255);
        letter.Property(l => l.OrganizationId).HasMaxLength(255);
        letter.Property(l => l.Reason).HasMaxLength(32);
        letter.Property(l => l.OriginalQueue).HasMaxLength(50);
        letter.Property(l => l.RetryHistory).HasColumnType("jsonb")
            .HasConversion(new JsonConverter<IReadOnlyList<FailedAttempt>>(), WrittenOnce);
        letter.Property(l => l.Message).HasColumnType("jsonb").HasConversion<JsonConverter<DeadLetterMessage>>();
        letter.Property(l => l.MessageKey).HasColumnName("hangfire_job_id").HasMaxLength(32);
        letter.OwnsOne(l => l.Resolution, resolution =>
        {
            resolution.Property(r => r.Action).HasColumnName("resolution").HasConversion<string>().HasMaxLength(16);
            resolution.Property(r => r.By).HasColumnName("resolved_by").HasMaxLength(255);
            resolution.Property(r => r.At).HasColumnName("resolved_at");
            resolution.Property(r => r.Note).HasColumnName("resolution_note").HasMaxLength(DeadLetter.LongestNote);
            resolution.Property(r => r.ReplayId).HasColumnName("replay_id").HasConversion<DeploymentIdConverter>().HasMaxLength(40);
        });

        // No foreign key to the deployment: the letter outlives its rows. These two keep it from being written twice.
        letter.HasIndex(l => l.DeploymentId).IsUnique();
        letter.HasIndex(l => l.MessageKey).IsUnique();

        // Lists, counts and the oldest of what waits for an operator.
        letter.HasIndex(l => l.CreatedAt).HasFilter(Open).HasDatabaseName("ix_dead_letters_open");
        letter.HasIndex(l => new { l.OrganizationId, l.CreatedAt, l.Id }).IsDescending(false, true, true);
        letter.HasIndex(l => new { l.CreatedAt, l.Id }).IsDescending();
    }

    private sealed class JsonConverter<T>() : ValueConverter<T, string>(value => Write(value), text => Read(text))
    {
        private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        };

        private static string Write(T value) => JsonSerializer.Serialize(value, Format);

        private static T Read(string text) => JsonSerializer.Deserialize<T>(text, Format)!;
    }
}
