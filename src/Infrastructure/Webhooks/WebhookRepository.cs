using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Webhooks;

internal sealed class WebhookRepository(LibraDbContext database) : IWebhookRepository
{
    private DbSet<Webhook> Webhooks => database.Set<Webhook>();

    private DbSet<WebhookDelivery> Deliveries => database.Set<WebhookDelivery>();

    public Task<Webhook?> FindAsync(string organizationId, WebhookId id, CancellationToken cancellationToken) =>
        Webhooks.FirstOrDefaultAsync(webhook => webhook.OrganizationId == organizationId && webhook.Id == id, cancellationToken);

    public async Task<IReadOnlyList<Webhook>> ListAsync(string organizationId, CancellationToken cancellationToken) =>
        await Webhooks.Where(webhook => webhook.OrganizationId == organizationId)
            .OrderBy(webhook => webhook.Id).ToListAsync(cancellationToken);

    public void Add(Webhook webhook) => database.Add(webhook);

    public void Remove(Webhook webhook) => database.Remove(webhook);

    public async Task<(WebhookDelivery Delivery, Webhook Webhook)?> FindDeliveryAsync(
        WebhookDeliveryId id, CancellationToken cancellationToken)
    {
        var found = await Deliveries.Where(delivery => delivery.Id == id)
            .Join(Webhooks, delivery => delivery.WebhookId, webhook => webhook.Id, (delivery, webhook) => new { delivery, webhook })
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.delivery, found.webhook);
    }

    public void Add(WebhookDelivery delivery) => database.Add(delivery);

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"DELETE FROM deploy.webhook_deliveries WHERE due_at IS NULL AND created_at < {before}", cancellationToken);
}
