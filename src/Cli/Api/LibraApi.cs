using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Cli.CommandLine;

namespace Libra.Deploy.Cli.Api;

/// <summary>Calls the service and turns every way to fail into an exception with a sentence.</summary>
internal sealed class LibraApi : IDisposable
{
    // Escaping what is dangerous in a page only would make six bytes of every < and +, and base64 a twelfth longer.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(5); // a large folder over a slow line
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(1)];

    private readonly HttpClient _client;

    private LibraApi(HttpClient client, TimeProvider clock) => (_client, Clock) = (client, clock);

    /// <summary>The address as it was given.</summary>
    public string Address => _client.BaseAddress!.ToString().TrimEnd('/');

    /// <summary>Whatever waits for the service waits by it.</summary>
    public TimeProvider Clock { get; }

    /// <summary>True once anything has answered at the address.</summary>
    public bool HasAnswered { get; private set; }

    public static LibraApi For(Connection connection, TimeProvider clock) => Over(
        new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AllowAutoRedirect = false, // a redirect would take the token to an address that nobody named
            UseProxy = !connection.Address.IsLoopback, // the token of this machine's service is nothing for a proxy elsewhere
        },
        connection, clock);

    /// <summary>Disposes of the handler with itself.</summary>
    internal static LibraApi Over(HttpMessageHandler handler, Connection connection, TimeProvider clock)
    {
        var client = new HttpClient(handler)
        {
            BaseAddress = connection.Address,
            Timeout = Timeout.InfiniteTimeSpan, // a stream lasts as long as its deployment; other calls have a limit of their own
        };
        if (connection.Token is { } token) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return new LibraApi(client, clock);
    }

    public Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public Task<JsonNode> PostAsync(string path, object? body, CancellationToken cancellationToken) =>
        SendAsync(() => Request(path, body), cancellationToken);

    /// <summary>Posts what may be sent again when the answer is lost: the service knows by the key that it has done it already.</summary>
    public async Task<JsonNode> PostOnceAsync(string path, object body, CancellationToken cancellationToken)
    {
        var key = Guid.NewGuid().ToString();
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await SendAsync(WithKey, cancellationToken);
            }
            catch (ServiceAwayException) when (tries < Pauses.Length)
            {
                await Task.Delay(Pauses[tries], Clock, cancellationToken);
            }
        }

        HttpRequestMessage WithKey()
        {
            var request = Request(path, body);
            request.Headers.Add("Idempotency-Key", key);
            request.Headers.ExpectContinue = true; // a body that is too large is refused before it is sent
            return request;
        }
    }

    /// <summary>Opens an answer that goes on; the caller disposes it.</summary>
    /// <exception cref="ApiRefusedException">The service refused.</exception>
    /// <exception cref="ServiceAwayException">Nobody answers.</exception>
    public async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            HasAnswered = true;
            if (answer.IsSuccessStatusCode) return answer;

            using (answer) throw new ApiRefusedException(answer.StatusCode, await ReadAsync(answer, cancellationToken));
        }
        catch (HttpRequestException failure)
        {
            throw new ServiceAwayException(Address, failure);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServiceAwayException(Address, late); // connecting took too long, which the client tells in this way
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A body as it travels.</summary>
    internal static byte[] Encode(object body) => JsonSerializer.SerializeToUtf8Bytes(body, Json);

    private async Task<JsonNode> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(LongestCall, Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        using var request = make();
        try
        {
            using var answer = await OpenAsync(request, limit.Token);
            return await ReadAsync(answer, limit.Token) is { } body && body["success"] is not null
                ? body
                : throw new ApiRefusedException(answer.StatusCode, body: null); // another service
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServiceAwayException(Address, late);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException)
        {
            throw new ServiceAwayException(Address, broken);
        }
    }

    private static HttpRequestMessage Request(string path, object? body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (body is null) return request;

        // The length goes ahead, so that a limit can count.
        request.Content = new ByteArrayContent(Encode(body));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return request;
    }

    /// <summary>Null when the answer is not a JSON object.</summary>
    private static async Task<JsonNode?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        // Not as what its header calls it: JSON is UTF-8, and others name encodings that nobody knows.
        var body = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return JsonNode.Parse(Encoding.UTF8.GetString(body)) as JsonObject;
        }
        catch (JsonException)
        {
            return null; // a proxy's page, or no service of this kind
        }
    }
}

/// <summary>Nobody answers at the address, or the connection broke.</summary>
internal sealed class ServiceAwayException(string address, Exception cause)
    : CommandException(
          $"The service at {address} does not answer ({cause.GetBaseException().Message}). Is it running, and is the address right?", cause,
          "SERVICE_AWAY");
