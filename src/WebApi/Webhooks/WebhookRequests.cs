using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;

namespace Libra.Deploy.WebApi.Webhooks;

/// <summary>Reads what clients ask about webhooks.</summary>
internal static class WebhookRequests
{
    private const int DefaultLimit = 50;
    private const int LargestLimit = 100;

    private static readonly string[] Statuses = [.. Enum.GetNames<DeliveryStatus>().Select(name => name.ToLowerInvariant())];

    public static ErrorOr<WebhookSettings> ReadNew(JsonElement body)
    {
        var fields = new FieldReader(body);
        var url = fields.RequiredText("url", "URL is required", WebhookLimits.LongestUrl);
        var settings = new WebhookSettings(
            url, Events(fields) ?? [], fields.OptionalText("description"), fields.OptionalFlag("enabled") ?? true);
        return fields.Errors.Count == 0 ? settings : fields.Errors;
    }

    public static ErrorOr<UpdateWebhookCommand> ReadChange(string organization, WebhookId id, JsonElement body)
    {
        var fields = new FieldReader(body);
        var command = new UpdateWebhookCommand(
            organization, id, fields.OptionalText("url", WebhookLimits.LongestUrl), Events(fields), fields.OptionalText("description"),
            fields.OptionalFlag("enabled"));
        return fields.Errors.Count == 0 ? command : fields.Errors;
    }

    /// <summary>Describes what <see cref="ReadFilter"/> reads.</summary>
    public static RouteHandlerBuilder WithDeliveryParameters(this RouteHandlerBuilder route) => route
        .Query("limit", Form.Whole(1, LargestLimit), $"How many at most; {DefaultLimit} when it is missing.")
        .Query("cursor", Form.Text, "`nextCursor` of the page before.")
        .Query("status", Form.OneOf(Statuses), "Only in this state.");

    public static ErrorOr<DeliveryFilter> ReadFilter(IQueryCollection parameters)
    {
        var query = new QueryReader(parameters);
        var limit = (int)query.Integer("limit", DefaultLimit, 1, LargestLimit);
        var status = query.OptionalChoice("status", Statuses);
        var text = query.OptionalText("cursor");
        var cursor = WebhookDeliveryId.TryParse(text);
        if (text is not null && cursor is null) query.Errors.Add(Problems.InvalidField("cursor", "Invalid cursor"));
        if (query.Errors.Count > 0) return query.Errors;

        return new DeliveryFilter(limit, cursor, status is null ? null : Enum.Parse<DeliveryStatus>(status, ignoreCase: true));
    }

    private static IReadOnlyList<string>? Events(FieldReader fields) => fields.OptionalTexts("events", WebhookEvents.All.Count);
}
