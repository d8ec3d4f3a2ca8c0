using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>Asks the platform's better-auth whose a session is, and believes the answer for a few seconds.</summary>
internal sealed class BetterAuthSessions(
    IHttpClientFactory clients,
    IOptions<PlatformSessionOptions> options, TimeProvider clock, ILogger<BetterAuthSessions> logger) : IPlatformSessions
{
    /// <summary>Name of the HTTP client.</summary>
    public const string Client = "platform-sessions";

    private const int Capacity = 10_000;

    private readonly PlatformSessionOptions _options = options.Value;
    private readonly ExpiringCache<string, Caller> _known = new(clock, options.Value.CacheFor, Capacity);

    public async ValueTask<Caller?> FindAsync(SessionCredential credential, CancellationToken cancellationToken)
    {
        var key = Key(credential);
        if (_known.TryGet(key, out var known)) return known;

        var answer = await AskAsync(credential, cancellationToken);
        var caller = answer?.ToCaller(_options, clock.GetUtcNow());
        if (caller is not null) _known.Set(key, caller, answer!.Session!.ExpiresAt);
        return caller;
    }

    // Whoever cannot be vouched for is a stranger, so a platform that is slow or away lets nobody in.
    private async Task<SessionAnswer?> AskAsync(SessionCredential credential, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = RequestFor(credential);
            using var response = await clients.CreateClient(Client).SendAsync(request, either.Token);
            if (response.IsSuccessStatusCode) return await response.Content.ReadFromJsonAsync<SessionAnswer>(either.Token);

            // 401 is a plain no; anything else says that the platform is not well or not what was configured.
            if (response.StatusCode != HttpStatusCode.Unauthorized)
                logger.LogWarning("The platform answered a session check with {StatusCode}", (int)response.StatusCode);
            return null;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or NotSupportedException
            || exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            logger.LogWarning(exception, "The platform could not be asked about a session, so the caller is refused");
            return null;
        }
    }

    private HttpRequestMessage RequestFor(SessionCredential credential)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_options.PlatformUrl!, _options.Path));
        if (credential.Bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential.Bearer);
        else request.Headers.Add("Cookie", $"{credential.CookieName}={Uri.EscapeDataString(credential.CookieValue!)}");
        return request;
    }

    // A digest, so that no dump of the memory holds sessions of people that called a while ago.
    private static string Key(SessionCredential credential) =>
        Convert.ToHexString(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{credential.CookieName}\n{credential.Bearer}{credential.CookieValue}")));
}
