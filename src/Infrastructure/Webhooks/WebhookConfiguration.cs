using System.Text.Json;
using Libra.Deploy.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Libra.Deploy.Infrastructure.Webhooks;

internal sealed class WebhookConfiguration : IEntityTypeConfiguration<Webhook>
{
    public void Configure(EntityTypeBuilder<Webhook> webhook)
    {
        webhook.ToTable("webhooks");
        webhook.HasKey(w => w.Id);
        webhook.Ignore(w => w.EventNames);
        webhook.Property(w => w.Id).HasConversion(id => id.Value, value => new WebhookId(value)).ValueGeneratedNever();
        webhook.Property(w => w.OrganizationId).HasMaxLength(255);
        webhook.Property(w => w.Url).HasMaxLength(2000);
        webhook.Property(w => w.Description).HasMaxLength(200);
        webhook.Property(w => w.DisabledReason).HasMaxLength(200);
        webhook.Property<List<string>>("_events").HasColumnName("events");

        // As it is, unlike a token: to sign a message the key itself is needed. Who reads the database can also write into it.
        webhook.Property(w => w.Secret).HasConversion(secret => secret.Reveal(), text => WebhookSecret.Parse(text)).HasMaxLength(100);
        webhook.Property(w => w.OldSecret).HasConversion(secret => secret!.Reveal(), text => WebhookSecret.Parse(text)).HasMaxLength(100);
        webhook.Property<uint>("xmin").IsRowVersion();
        webhook.HasIndex(w => new { w.OrganizationId, w.Id });
    }
}

internal sealed class WebhookDeliveryConfiguration : IEntityTypeConfiguration<WebhookDelivery>
{
    // The log is replaced as a whole whenever an attempt is added, so that the list itself tells whether it changed.
    private static readonly ValueComparer<IReadOnlyList<DeliveryAttempt>> ByReference =
        new((one, other) => ReferenceEquals(one, other), log => log.Count, log => log);

    public void Configure(EntityTypeBuilder<WebhookDelivery> delivery)
    {
        delivery.ToTable("webhook_deliveries");
        delivery.HasKey(d => d.Id);
        delivery.Property(d => d.Id).HasConversion(id => id.Value, value => new WebhookDeliveryId(value)).ValueGeneratedNever();
        delivery.Property(d => d.WebhookId).HasConversion(id => id.Value, value => new WebhookId(value));
        delivery.Property(d => d.EventName).HasMaxLength(40);
        delivery.Property(d => d.Status).HasConversion<string>().HasMaxLength(16);
        delivery.Property(d => d.Attempts).HasColumnType("jsonb").HasConversion(new AttemptsConverter(), ByReference);

        // Held by the node that makes an attempt; a node that dies meanwhile lets go when this is over.
        delivery.Property<DateTimeOffset?>("ClaimedUntil");
        delivery.Property<uint>("xmin").IsRowVersion();
        delivery.HasOne<Webhook>().WithMany().HasForeignKey(d => d.WebhookId).OnDelete(DeleteBehavior.Cascade);

        delivery.HasIndex(d => d.DueAt).HasFilter("due_at IS NOT NULL").HasDatabaseName("ix_webhook_deliveries_due");
        delivery.HasIndex(d => new { d.WebhookId, d.Id }).IsDescending(false, true);
        delivery.HasIndex(d => d.CreatedAt).HasFilter("due_at IS NULL").HasDatabaseName("ix_webhook_deliveries_ended");
    }

    private sealed class AttemptsConverter() : ValueConverter<IReadOnlyList<DeliveryAttempt>, string>(log => Write(log), text => Read(text))
    {
        private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

        private static string Write(IReadOnlyList<DeliveryAttempt> log) => JsonSerializer.Serialize(log, Format);

        private static List<DeliveryAttempt> Read(string text) => JsonSerializer.Deserialize<List<DeliveryAttempt>>(text, Format)!;
    }
}
