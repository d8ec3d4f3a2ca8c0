using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Webhooks;

internal sealed class WebhookRepository(LibraDbContext database) : IWebhookRepository
{
    // Compiled, because every deployment asks this three times, mostly to find none.
    private static readonly Func<LibraDbContext, string, IAsyncEnumerable<Webhook>> List = EF.CompileAsyncQuery(
        (LibraDbContext database, string organizationId) => database.Set<Webhook>()
            .Where(webhook => webhook.OrganizationId == organizationId).OrderBy(webhook => webhook.Id).AsQueryable());

    private DbSet<Webhook> Webhooks => database.Set<Webhook>();

    private DbSet<WebhookDelivery> Deliveries => database.Set<WebhookDelivery>();

    public Task<Webhook?> FindAsync(string organizationId, WebhookId id, CancellationToken cancellationToken) =>
        Webhooks.FirstOrDefaultAsync(webhook => webhook.OrganizationId == organizationId && webhook.Id == id, cancellationToken);

    public async Task<Webhook?> FindForUpdateAsync(string organizationId, WebhookId id, CancellationToken cancellationToken)
    {
        // The key itself stays, so that new deliveries, which refer to it, need not wait.
        await database.Database.ExecuteSqlAsync(
            $"SELECT 1 FROM deploy.webhooks WHERE id = {id.Value} FOR NO KEY UPDATE", cancellationToken);
        return await FindAsync(organizationId, id, cancellationToken);
    }

    public async Task<IReadOnlyList<Webhook>> ListAsync(string organizationId, CancellationToken cancellationToken) =>
        await List(database, organizationId).ToListAsync(cancellationToken);

    public async Task<IReadOnlyList<Webhook>> KeepAsync(IReadOnlyList<Webhook> webhooks, CancellationToken cancellationToken)
    {
        var ids = webhooks.Select(webhook => webhook.Id.Value).ToArray();
        var kept = await database.Database
            .SqlQuery<Guid>($"SELECT id AS \"Value\" FROM deploy.webhooks WHERE id = ANY ({ids}) ORDER BY id FOR KEY SHARE")
            .ToListAsync(cancellationToken);
        return [.. webhooks.Where(webhook => kept.Contains(webhook.Id.Value))];
    }

    public async Task<int> CountForUpdateAsync(string organizationId, CancellationToken cancellationToken)
    {
        await database.HoldAsync(DatabaseLocks.Webhooks, organizationId, cancellationToken);
        return await Webhooks.CountAsync(webhook => webhook.OrganizationId == organizationId, cancellationToken);
    }

    public void Add(Webhook webhook) => database.Add(webhook);

    public void Remove(Webhook webhook) => database.Remove(webhook);

    public Task<(WebhookDelivery Delivery, Webhook Webhook)?> ReadDeliveryAsync(
        WebhookDeliveryId id, CancellationToken cancellationToken) =>
        DeliveryAsync(Deliveries.AsNoTracking(), id, cancellationToken);

    public async Task<(WebhookDelivery Delivery, Webhook Webhook)?> FindDeliveryForUpdateAsync(
        WebhookDeliveryId id, CancellationToken cancellationToken)
    {
        // The webhook first, as whoever removes it does, deliveries and all.
        await database.Database.ExecuteSqlAsync(
            $"""
             SELECT 1 FROM deploy.webhooks
             WHERE id = (SELECT webhook_id FROM deploy.webhook_deliveries WHERE id = {id.Value}) FOR NO KEY UPDATE
             """,
            cancellationToken);
        await database.Database.ExecuteSqlAsync(
            $"SELECT 1 FROM deploy.webhook_deliveries WHERE id = {id.Value} FOR UPDATE", cancellationToken);
        return await DeliveryAsync(Deliveries, id, cancellationToken);
    }

    public void Add(WebhookDelivery delivery) => database.Add(delivery);

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"DELETE FROM deploy.webhook_deliveries WHERE due_at IS NULL AND created_at < {before}", cancellationToken);

    private async Task<(WebhookDelivery Delivery, Webhook Webhook)?> DeliveryAsync(
        IQueryable<WebhookDelivery> deliveries, WebhookDeliveryId id, CancellationToken cancellationToken)
    {
        var found = await deliveries.Where(delivery => delivery.Id == id)
            .Join(Webhooks, delivery => delivery.WebhookId, webhook => webhook.Id, (delivery, webhook) => new { delivery, webhook })
            .FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : (found.delivery, found.webhook);
    }
}
