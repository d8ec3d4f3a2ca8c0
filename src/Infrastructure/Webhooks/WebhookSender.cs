using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using ErrorOr;
using Libra.Deploy.Application.Webhooks;
using Libra.Deploy.Domain.Webhooks;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Webhooks;

/// <summary>Sends messages as Standard Webhooks describes; follows nothing and reads nothing but the status of the answer.</summary>
internal sealed class WebhookSender(IHttpClientFactory clients, IOptions<WebhookOptions> options, TimeProvider clock) : IWebhookSender
{
    /// <summary>Name of the client that connects to checked addresses only.</summary>
    public const string Client = "webhooks";

    public ErrorOr<Success> CheckAddress(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.Host.Length == 0)
            return WebhookErrors.BadUrl("The address of a webhook starts with https://.");
        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
            return WebhookErrors.BadUrl("The address of a webhook has neither a user nor a fragment.");
        if (!HasAName(address)) return WebhookErrors.BadUrl("The name in the address of a webhook is not a valid one.");
        if (options.Value.AllowPrivateAddresses) return Result.Success;
        if (address.Scheme != "https") return WebhookErrors.BadUrl("The address of a webhook starts with https://.");

        var isPrivate = address.IsLoopback || IPAddress.TryParse(address.DnsSafeHost, out var number) && !PublicAddresses.Contains(number);
        return isPrivate ? WebhookErrors.BadUrl("The address of a webhook is on the public internet.") : Result.Success;
    }

    public async Task<DeliveryAttempt> SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var start = clock.GetTimestamp();
        using var limit = new CancellationTokenSource(options.Value.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = RequestFor(webhook, delivery, now);
        try
        {
            using var client = clients.CreateClient(Client);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var status = (int)answer.StatusCode;
            return Attempt(status, answer.IsSuccessStatusCode ? null : $"The receiver answered {status}.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Attempt(null, $"No answer within {options.Value.Timeout.TotalSeconds:0.#} s.");
        }
        catch (HttpRequestException failure)
        {
            return Attempt(null, Explain(failure));
        }
        catch (UriFormatException)
        {
            return Attempt(null, "The name of the receiver is not a valid one.");
        }

        DeliveryAttempt Attempt(int? status, string? error) => new(now, status, error, (long)clock.GetElapsedTime(start).TotalMilliseconds);
    }

    // One with letters beyond ASCII may have no form that a resolver takes: it is too long then.
    private static bool HasAName(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private static HttpRequestMessage RequestFor(Webhook webhook, WebhookDelivery delivery, DateTimeOffset now)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        request.Headers.Add("webhook-id", delivery.Id.ToString());
        request.Headers.Add("webhook-timestamp", now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", webhook.Sign(delivery.Id, delivery.Body, now));
        return request;
    }

    // In our own words: the framework's name inner addresses, which are nobody's business.
    private static string Explain(HttpRequestException failure) => (failure.InnerException ?? failure) switch
    {
        PrivateAddressException refused => refused.Message,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } =>
            "The name of the receiver cannot be resolved.",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "The receiver refuses connections.",
        AuthenticationException => "The receiver's certificate is not valid.",
        _ => "The connection to the receiver failed.",
    };
}
