using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>A call to a sandbox service, made anew for each try.</summary>
/// <param name="Name">What it is for, as it appears in messages.</param>
/// <param name="Code">Code of a failure in docs/api.md.</param>
internal sealed record ProviderCall(string Name, string Code, Func<HttpRequestMessage> Request)
{
    /// <summary>One try.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Statuses that are an answer besides 2xx.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];

    /// <summary>False for what can be sent only once, such as a file that is read as it is sent.</summary>
    public bool Repeatable { get; init; } = true;
}

/// <summary>Sends calls to a sandbox service: repeats what may pass, and says who is responsible for the rest.</summary>
/// <param name="name">The service's name in messages.</param>
/// <param name="keyVariable">The setting to look at when the key is refused.</param>
internal sealed class ProviderHttp(string name, string keyVariable, RemoteOptions options, HttpMessageInvoker http, TimeProvider clock)
{
    private const int Tries = 3;
    private const int LongestMessage = 300;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <summary>A body with its length in front, which not every service does without.</summary>
    public static HttpContent Json(JsonObject body) => new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");

    /// <summary>Sends and gives the answer with its body still to be read; the caller disposes it.</summary>
    /// <exception cref="SandboxException">It failed, after the repetitions that made sense.</exception>
    public async Task<HttpResponseMessage> SendAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (answer, failure, pause) = await TryAsync(call, cancellationToken);
            if (answer is not null) return answer;
            if (!failure!.Transient || !call.Repeatable || attempt == Tries || pause > LongestPause) throw failure;

            await Task.Delay(pause ?? (FirstPause * Math.Pow(3, attempt - 1)), clock, cancellationToken);
        }
    }

    /// <summary>Sends and reads the whole answer as JSON.</summary>
    public async Task<JsonElement> JsonAsync(ProviderCall call, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(call, cancellationToken);
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return json.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            throw new SandboxException(call.Code, $"{name} gave no readable answer ({call.Name}).", transient: true, e);
        }
    }

    /// <summary>Sends what has no answer worth reading.</summary>
    public async Task DoAsync(ProviderCall call, CancellationToken cancellationToken) =>
        (await SendAsync(call, cancellationToken)).Dispose();

    private async Task<(HttpResponseMessage? Answer, SandboxException? Failure, TimeSpan? Pause)> TryAsync(
        ProviderCall call, CancellationToken cancellationToken)
    {
        using var time = new CancellationTokenSource(call.Timeout ?? options.CallTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, time.Token);
        HttpResponseMessage answer;
        try
        {
            using var request = call.Request();
            answer = await http.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new SandboxException(call.Code, $"{name} did not answer in time ({call.Name}).", transient: true, e), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (null, new SandboxException(call.Code, $"{name} cannot be reached ({call.Name}).", transient: true, e), null);
        }

        if (answer.IsSuccessStatusCode || call.Expected.Contains(answer.StatusCode)) return (answer, null, null);

        using (answer) return (null, await FailureAsync(call, answer, either.Token), PauseOf(answer.Headers));
    }

    private async Task<SandboxException> FailureAsync(ProviderCall call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        return status switch
        {
            401 =>
                new SandboxException(
                    call.Code, $"{name} does not accept the API key; check {keyVariable} ({call.Name}).", transient: false),
            403 =>
                new SandboxException(
                    call.Code, $"{name} does not allow this; check the permissions of {keyVariable} and the account's plan ({call.Name}).",
                    transient: false),
            404 or 410 =>
                new SandboxException(
                    call.Code, $"{name} does not know the sandbox, or what it was asked for, any more ({call.Name}).", transient: true),
            408 or 409 or 425 or 429 or 502 or 503 or 504 or >= 500 =>
                new SandboxException(call.Code, $"{name} answered {status} ({call.Name}).", transient: true),
            _ =>
                new SandboxException(
                    call.Code, $"{name} refused with {status} ({call.Name}). {await WordsOfAsync(answer, cancellationToken)}".TrimEnd(),
                    transient: false),
        };
    }

    // What the service says of its own refusal is for an operator, who set template and limits.
    private static async Task<string> WordsOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            var words = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message)
                ? message.ToString()
                : "";
            return words.Length <= LongestMessage ? words : words[..LongestMessage];
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return ""; // an error page: the status has said it all
        }
    }

    // Daytona names the limit in the header: Retry-After-sandbox-create.
    private TimeSpan? PauseOf(HttpResponseHeaders headers)
    {
        var text = headers.FirstOrDefault(
            header => header.Key.StartsWith("Retry-After", StringComparison.OrdinalIgnoreCase)).Value?.FirstOrDefault();
        if (text is null || !RetryConditionHeaderValue.TryParse(text, out var parsed)) return null;
        var pause = parsed.Delta ?? parsed.Date - clock.GetUtcNow();
        return pause > TimeSpan.Zero ? pause : null;
    }
}
