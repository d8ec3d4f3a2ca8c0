using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>A call to a sandbox service, made anew for each try.</summary>
/// <param name="Name">What it is for, as it appears in messages.</param>
/// <param name="Code">Code of a failure in docs/api.md.</param>
internal sealed record ProviderCall(string Name, string Code, Func<HttpRequestMessage> Request)
{
    /// <summary>One try, the reading of its answer included.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// For what takes some of the account's quota: how long to wait for others to give some back. No try begins later. Null for the rest.
    /// </summary>
    public TimeSpan? WaitForQuota { get; init; }

    /// <summary>Statuses that are an answer besides 2xx.</summary>
    public IReadOnlyList<HttpStatusCode> Expected { get; init; } = [];

    /// <summary>False for what can be sent only once, such as a file that is read as it is sent.</summary>
    public bool Repeatable { get; init; } = true;
}

/// <summary>Sends calls to a sandbox service: repeats what may pass, and says who is responsible for the rest.</summary>
/// <param name="name">The service's name in messages.</param>
/// <param name="keyVariable">The setting to look at when the key is refused.</param>
internal sealed partial class ProviderHttp(
    string name, string keyVariable, RemoteOptions options, HttpMessageInvoker http, TimeProvider clock)
{
    private const int Tries = 3;
    private const int LongestMessage = 300;

    // Answers come from machines in which project code ran, too: a length from outside must not decide how much memory is taken.
    private const int LongestJson = 8 << 20;
    private const int LongestRefusal = 64 << 10;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan QuotaPause = TimeSpan.FromSeconds(5);

    /// <summary>A request that says who sends it.</summary>
    public static HttpRequestMessage Request(HttpMethod method, Uri address)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.ParseAdd(ProductAgent.Value);
        return request;
    }

    /// <summary>A body with its length in front, which not every service does without.</summary>
    public static HttpContent Json(JsonObject body) => new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");

    /// <summary>Sends and gives the answer with its body still to be read; the caller disposes it.</summary>
    /// <exception cref="SandboxException">It failed, after the repetitions that made sense.</exception>
    public Task<HttpResponseMessage> SendAsync(ProviderCall call, CancellationToken cancellationToken) =>
        RepeatAsync(call, (answer, _) => Task.FromResult(answer), cancellationToken);

    /// <summary>Sends and reads the whole answer as JSON.</summary>
    public async Task<JsonElement> JsonAsync(ProviderCall call, CancellationToken cancellationToken) =>
        (await PageAsync(call, header: null, cancellationToken)).Json;

    /// <summary>Sends and reads the whole answer as JSON, with a header of it.</summary>
    /// <returns>A null for a header that the answer does not have.</returns>
    public Task<(JsonElement Json, string? Header)> PageAsync(ProviderCall call, string? header, CancellationToken cancellationToken) =>
        RepeatAsync(
            call,
            async (answer, token) =>
            {
                using (answer)
                {
                    using var json = JsonDocument.Parse(await ReadAsync(answer, LongestJson, token));
                    var value = header is not null && answer.Headers.TryGetValues(header, out var values) ? values.FirstOrDefault() : null;
                    return (json.RootElement.Clone(), value);
                }
            },
            cancellationToken);

    /// <summary>Sends what has no answer worth reading.</summary>
    public async Task DoAsync(ProviderCall call, CancellationToken cancellationToken) =>
        (await SendAsync(call, cancellationToken)).Dispose();

    private async Task<T> RepeatAsync<T>(
        ProviderCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + call.WaitForQuota;
        var failed = 0;
        while (true)
        {
            var (answer, refusal) = await TryAsync(call, read, cancellationToken);
            if (refusal is null) return answer!;

            // Quota comes back when another sandbox ends, which is worth more than three tries: those are timed, not counted.
            if (!refusal.NoQuota) failed++;
            var pause = refusal.Failure.RetryAfter ?? (refusal.NoQuota ? QuotaPause : FirstPause * Math.Pow(3, failed - 1));
            if (!refusal.Failure.Transient || !call.Repeatable || failed == Tries || pause > (call.WaitForQuota ?? LongestPause)
                || clock.GetUtcNow() + pause > until) throw refusal.Failure;

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task<(T? Answer, Refusal? Refusal)> TryAsync<T>(
        ProviderCall call, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
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
            return (default, Passing(call, "did not answer in time", e));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return (default, Passing(call, "cannot be reached", e));
        }

        try
        {
            if (answer.IsSuccessStatusCode || call.Expected.Contains(answer.StatusCode)) return (await read(answer, either.Token), null);

            using (answer)
            {
                var refusal = await RefusalAsync(call, answer, either.Token);
                cancellationToken.ThrowIfCancellationRequested();
                return (default, refusal);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            return (default, Passing(call, "did not answer in time", e));
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return (default, Passing(call, "gave no readable answer", e));
        }
    }

    private Refusal Passing(ProviderCall call, string what, Exception cause) =>
        new(new SandboxException(call.Code, $"{name} {what} ({call.Name}).", transient: true, cause));

    private async Task<Refusal> RefusalAsync(ProviderCall call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var words = status is 401 or 404 or 410 or >= 500 ? "" : await WordsOfAsync(answer, cancellationToken);
        var noQuota = call.WaitForQuota is not null && status is 400 or 403 or 429 && QuotaWords().IsMatch(words);
        var (what, transient) = status switch
        {
            _ when noQuota => ($"has none of the account's quota left ({call.Name}).", true),
            401 => ($"does not accept the API key; check {keyVariable} ({call.Name}).", false),
            403 => ($"does not allow this; check the permissions of {keyVariable} and the account's plan ({call.Name}).", false),
            404 or 410 => ($"does not know the sandbox, or what it was asked for, any more ({call.Name}).", true),
            408 or 409 or 425 or 429 or >= 500 => ($"answered {status} ({call.Name}).", true),
            _ => ($"refused with {status} ({call.Name}).", false),
        };
        var failure = new SandboxException(call.Code, $"{name} {what} {words}".TrimEnd(), transient)
        {
            RetryAfter = PauseOf(answer.Headers),
        };
        return new Refusal(failure) { NoQuota = noQuota };
    }

    // What the service says of its own refusal is for an operator, who set template and limits.
    private static async Task<string> WordsOfAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            using var json = JsonDocument.Parse(await ReadAsync(answer, LongestRefusal, cancellationToken));
            var words = json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("message", out var message)
                ? message.ToString()
                : "";
            return words.Shortened(LongestMessage);
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException or OperationCanceledException)
        {
            return ""; // an error page, or one without an end: the status has said it all
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, int longest, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int count;
        while ((count = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (read.Length + count > longest) throw new IOException($"The answer has more than {longest} bytes.");
            read.Write(buffer, 0, count);
        }

        return read.GetBuffer().AsMemory(0, (int)read.Length);
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

    // Daytona: "Total CPU limit exceeded. Maximum allowed: 10"; E2B: "… the maximum number of concurrent E2B sandboxes (20)".
    [GeneratedRegex("limit exceeded|quota|maximum number of", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex QuotaWords();

    /// <summary>Why a try has failed.</summary>
    private sealed record Refusal(SandboxException Failure)
    {
        /// <summary>True when the account has as many sandboxes as it may have.</summary>
        public bool NoQuota { get; init; }
    }
}
