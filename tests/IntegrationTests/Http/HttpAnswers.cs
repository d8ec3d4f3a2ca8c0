using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Libra.Deploy.IntegrationTests.Http;

/// <summary>Short ways to ask and to read.</summary>
internal static class HttpAnswers
{
    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response) =>
        JsonElement.Parse(await response.Content.ReadAsStringAsync());

    public static string? Header(this HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values)
            ? string.Join(", ", values)
            : null;

    public static string? Text(this JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    public static Task<HttpResponseMessage> PostTextAsync(
        this HttpClient client, string path, string body, string? contentType = "application/json") =>
        client.PostBytesAsync(path, Encoding.UTF8.GetBytes(body), contentType);

    public static Task<HttpResponseMessage> PostBytesAsync(
        this HttpClient client, string path, byte[] body, string? contentType = "application/json")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        return client.PostAsync(path, content);
    }

    public static async Task<HttpResponseMessage> SendAsync(
        this HttpClient client, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }
}
