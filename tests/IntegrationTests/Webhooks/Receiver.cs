using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Libra.Deploy.IntegrationTests.Access;
using Microsoft.AspNetCore.Http;

namespace Libra.Deploy.IntegrationTests.Webhooks;

/// <summary>A message as a customer's own server got it.</summary>
internal sealed record ReceivedMessage(string Id, string Timestamp, string Signature, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Type => (string)Json["type"]!;
}

/// <summary>A customer's own server.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly StubServer _server;

    private Receiver(StubServer server, ConcurrentQueue<ReceivedMessage> messages) => (_server, Messages) = (server, messages);

    public string Url => new Uri(_server.Url, "/hook").ToString();

    public ConcurrentQueue<ReceivedMessage> Messages { get; }

    /// <param name="answer">Gives the answer to the message of this number, counted from 1.</param>
    public static async Task<Receiver> StartAsync(Action<int, HttpResponse>? answer = null)
    {
        var messages = new ConcurrentQueue<ReceivedMessage>();
        var server = await StubServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var text = await reader.ReadToEndAsync();
            var headers = context.Request.Headers;
            messages.Enqueue(new ReceivedMessage(
                headers["webhook-id"].ToString(), headers["webhook-timestamp"].ToString(), headers["webhook-signature"].ToString(), text));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            answer?.Invoke(messages.Count, context.Response);
        });
        return new Receiver(server, messages);
    }

    /// <summary>Waits until this many messages have come.</summary>
    public Task GetsAsync(int count) =>
        Eventually.BecomesTrueAsync(() => Messages.Count >= count, TimeSpan.FromSeconds(60), $"{count} messages are to come");

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
