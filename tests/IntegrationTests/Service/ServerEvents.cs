using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace Libra.Deploy.IntegrationTests.Service;

/// <summary>One server-sent event.</summary>
internal sealed record ServerEvent(string Name, JsonNode Data);

/// <summary>Reads an event stream as a browser would.</summary>
internal static class ServerEvents
{
    public static async Task<List<ServerEvent>> ReadToEndAsync(HttpClient client, string address, long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId.Value.ToString(CultureInfo.InvariantCulture));
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var events = new List<ServerEvent>();
        await foreach (var item in SseParser.Create(stream).EnumerateAsync())
            events.Add(new ServerEvent(item.EventType, JsonNode.Parse(item.Data)!));
        return events;
    }
}
