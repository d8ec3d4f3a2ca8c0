using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Webhooks;

internal sealed class WebhookQueries(LibraDbContext database) : IWebhookQueries
{
    public async Task<DeliveryPage> ListAsync(WebhookId webhook, DeliveryFilter filter, CancellationToken cancellationToken)
    {
        var rows = database.Set<WebhookDelivery>().AsNoTracking().Where(delivery => delivery.WebhookId == webhook);
        if (filter.Status is { } status) rows = rows.Where(delivery => delivery.Status == status);
        if (filter.Cursor is { } cursor) rows = rows.Where(delivery => ((Guid)(object)delivery.Id).CompareTo(cursor.Value) < 0);
        var found = await rows.OrderByDescending(delivery => delivery.Id).Take(filter.Limit + 1).ToListAsync(cancellationToken);
        var page = found.Take(filter.Limit).ToList();
        return new DeliveryPage([.. page.Select(DeliveryView.Of)], found.Count > filter.Limit ? page[^1].Id : null);
    }
}
