using System.Net;
using System.Text.Json;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

/// <summary>An answer that is not a success, as far as it could be read.</summary>
/// <param name="Status">0 when there was no answer.</param>
/// <param name="Codes">Cloudflare's codes, the outermost first; empty when the answer is not its envelope.</param>
/// <param name="Messages">Cloudflare's words, or ours for what happened.</param>
/// <param name="Ray">Cloudflare's name for the request, which its support asks for.</param>
/// <param name="RetryAfter">The pause that was asked for, as far as it is believed.</param>
/// <param name="Challenged">True when Cloudflare's firewall answered in the API's place.</param>
internal sealed record ApiRefusal(
    int Status,
    IReadOnlyList<int> Codes,
    IReadOnlyList<string> Messages,
    string? Ray = null,
    TimeSpan? RetryAfter = null,
    bool Challenged = false)
{
    private const int MaxErrors = 20;

    // Cloudflare's own block takes five minutes. What asks for more is a slip, or somebody on the way, and would stop every node.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    public static ApiRefusal NoAnswer(string what) => new(0, [], [what]);

    /// <summary>Reads an error answer, which may be anything.</summary>
    public static ApiRefusal Of(HttpResponseMessage answer, JsonElement? envelope, DateTimeOffset now)
    {
        var (codes, messages) = (new List<int>(), new List<string>());
        if (envelope is { } json) Collect(json.Items("errors"), codes, messages);
        if (messages.Count == 0) messages.Add($"HTTP {(int)answer.StatusCode}");
        return new ApiRefusal(
            (int)answer.StatusCode,
            codes,
            messages,
            Header(answer, "cf-ray"),
            Pause(answer, now),
            Header(answer, "cf-mitigated") == "challenge");
    }

    private static void Collect(IEnumerable<JsonElement> errors, List<int> codes, List<string> messages)
    {
        foreach (var error in errors.Take(MaxErrors))
        {
            if (error.Number("code") is { } code) codes.Add(code);
            if (error.Text("message") is { Length: > 0 } message) messages.Add(message);
            foreach (var cause in error.Items("error_chain").Take(MaxErrors))
            {
                if (cause.Number("code") is { } inner) codes.Add(inner);
                if (cause.Text("message") is { Length: > 0 } detail) messages.Add(detail);
            }
        }
    }

    private static TimeSpan? Pause(HttpResponseMessage answer, DateTimeOffset now)
    {
        if (answer.Headers.RetryAfter is not { } asked)
            return answer.StatusCode == HttpStatusCode.TooManyRequests ? TimeSpan.Zero : null;
        var pause = asked.Delta ?? asked.Date - now;
        if (pause is not { } wait || wait <= TimeSpan.Zero) return TimeSpan.Zero;
        return wait < LongestPause ? wait : LongestPause;
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.First() : null;
}
