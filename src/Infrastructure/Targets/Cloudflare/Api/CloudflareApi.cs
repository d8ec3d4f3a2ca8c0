using System.Buffers;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Budget;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

/// <summary>Sends calls to Cloudflare, again where that is safe and may help, and believes nothing of the answers.</summary>
internal sealed class CloudflareApi(
    CloudflareOptions options, HttpMessageInvoker http, ICallBudget budget, TimeProvider clock, ILogger<CloudflareApi> logger)
{
    private const int MaxAnswerBytes = 8 << 20;
    private const int GatewayTimeout = 524;

    /// <summary>The answer's <c>result</c>, which may be undefined; nothing in it is checked yet.</summary>
    /// <exception cref="InvalidDataException">A file to upload is not what the artifact says.</exception>
    public async Task<ErrorOr<JsonElement>> SendAsync(ApiCall call, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var turn = await budget.TakeAsync(call.Interactive, cancellationToken);
            if (turn.IsError) return turn.Errors;

            var answer = await TryAsync(call, cancellationToken);
            if (!answer.IsError) return answer;

            var error = answer.FirstError;
            call.OnFailedTry?.Invoke(CloudflareErrors.StatusOf(error));
            if (PauseBefore(tries, call, error) is not { } pause) return answer;
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private TimeSpan? PauseBefore(int tries, ApiCall call, Error error)
    {
        var status = CloudflareErrors.StatusOf(error);
        if (error.Type != ErrorType.Unexpected || tries >= call.MaxTries) return null;
        // The session has ended: the same token will not do.
        if (call.SessionToken is not null && status is 401 or 403) return null;
        // Whether it took effect is not known: only a refusal may be sent again, and not that of something which is there already.
        if (!call.Repeatable && status is 0 or 409 or >= 500) return null;

        var asked = CloudflareErrors.PauseOf(error) ?? TimeSpan.Zero;
        if (asked > options.LongestPause) return null;

        var pause = TimeSpan.FromSeconds(1 << Math.Min(tries - 1, 4));
        // Cloudflare's gateway gave up while its storage is still at work.
        if (status == GatewayTimeout) pause += TimeSpan.FromSeconds(5 << Math.Min(tries - 1, 3));
        return (asked > pause ? asked : pause) + TimeSpan.FromSeconds(Random.Shared.NextDouble());
    }

    private async Task<ErrorOr<JsonElement>> TryAsync(ApiCall call, CancellationToken cancellationToken)
    {
        var limit = call.IsUpload ? options.UploadTimeout : call.Interactive ? options.InteractiveTimeout : options.CallTimeout;
        using var late = new CancellationTokenSource(limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            using var request = new HttpRequestMessage(call.Method, new Uri(options.ApiBaseUrl, call.Path));
            request.Content = call.Body?.Invoke();
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", call.SessionToken ?? options.ApiToken.Reveal());
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            request.Headers.UserAgent.ParseAdd(ProductAgent.Value);
            using var answer = await http.SendAsync(request, either.Token);
            return await ReadAsync(call, answer, either.Token);
        }
        catch (HttpRequestException e) when (e.InnerException is InvalidDataException unreadable)
        {
            throw unreadable;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Refused(call, ApiRefusal.NoAnswer(e.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refused(call, ApiRefusal.NoAnswer($"no answer within {limit.TotalSeconds:0} s"));
        }
    }

    private async Task<ErrorOr<JsonElement>> ReadAsync(ApiCall call, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var envelope = await EnvelopeAsync(answer, cancellationToken);
        var success = answer.IsSuccessStatusCode && envelope?.IsFalse("success") != true;
        if (success && envelope is { } json) return json.Property("result") ?? default;
        // Some deletions answer with nothing at all.
        if (success && answer.Content.Headers.ContentLength is 0 or null && call.Method == HttpMethod.Delete) return default(JsonElement);
        if (answer.IsSuccessStatusCode && envelope is null) return Refused(call, ApiRefusal.NoAnswer("an answer that is not JSON"));

        var refusal = ApiRefusal.Of(answer, envelope, clock.GetUtcNow());
        // All nodes stop together: above the limit Cloudflare refuses every call for minutes.
        if (refusal.Status == 429) await budget.PauseAsync(refusal.RetryAfter ?? TimeSpan.Zero, cancellationToken);
        return Refused(call, refusal);
    }

    private Error Refused(ApiCall call, ApiRefusal refusal)
    {
        var words = Clean(string.Join("; ", refusal.Messages));
        logger.LogWarning(
            "Cloudflare refused {Call}: HTTP {Status}, codes {Codes}, ray {Ray}: {Words}",
            call.Name, refusal.Status, refusal.Codes, refusal.Ray, words);
        return CloudflareErrors.Of(call, refusal, words);
    }

    // Messages quote paths, and with them the account; a user must see neither that nor control characters.
    private string Clean(string words)
    {
        var clean = new StringBuilder(words.Length);
        foreach (var c in words) clean.Append(char.IsControl(c) ? ' ' : c);
        clean.Replace(options.AccountId, "[account]").Replace(options.ApiToken.Reveal(), "[token]");
        if (options.ZoneId is not null) clean.Replace(options.ZoneId, "[zone]");
        return clean.ToString().Trim();
    }

    private static async Task<JsonElement?> EnvelopeAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var body = await ReadCappedAsync(answer.Content, cancellationToken);
            using var json = JsonDocument.Parse(body);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException or InvalidOperationException)
        {
            // HTML of a gateway or firewall, nothing, or not in the encoding that it names: the status says the rest.
            return null;
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadCappedAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var body = new ArrayBufferWriter<byte>();
        while (await stream.ReadAsync(body.GetMemory(16 << 10), cancellationToken) is > 0 and var read)
        {
            body.Advance(read);
            if (body.WrittenCount > MaxAnswerBytes) throw new IOException($"Cloudflare's answer has more than {MaxAnswerBytes} bytes.");
        }

        return body.WrittenMemory;
    }
}
