using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using ErrorOr;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Libra.Deploy.WebApi.Http;

/// <summary>
/// A request body that is proved to be JSON which every later part can store: within limits, UTF-8, no NUL, no half characters.
/// </summary>
/// <param name="Root">The value; of a key that stands twice the last one wins.</param>
internal sealed record JsonBody(JsonElement Root)
{
    private const int ChunkBytes = 16 * 1024;

    /// <summary>Reads the body; an error is INVALID_REQUEST, UNSUPPORTED_MEDIA_TYPE or PAYLOAD_TOO_LARGE.</summary>
    public static async Task<ErrorOr<JsonBody>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request.ContentType)) return Problems.NotJson;
        // Nothing unpacks it, so that a small request cannot become a large one in memory.
        if (request.Headers.ContentEncoding.Any(encoding => encoding is not (null or "" or "identity"))) return Problems.Compressed;

        var options = request.HttpContext.RequestServices.GetRequiredService<IOptions<LibraHttpOptions>>().Value;
        if (request.ContentLength > options.MaxBodyBytes) return Problems.TooLarge(options.MaxBodyBytes);

        var bytes = await ReadBytesAsync(request, options.MaxBodyBytes, cancellationToken);
        return bytes is null ? Problems.TooLarge(options.MaxBodyBytes) : Parse(bytes.Value, options.MaxJsonDepth);
    }

    /// <summary>As <see cref="ReadAsync"/>, but a request without any body is null.</summary>
    public static async Task<ErrorOr<JsonBody?>> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (IsAbsent(request)) return (JsonBody?)null;

        var body = await ReadAsync(request, cancellationToken);
        return body.IsError ? body.Errors : body.Value;
    }

    /// <summary>Checks and reads bytes.</summary>
    public static ErrorOr<JsonBody> Parse(ReadOnlyMemory<byte> utf8, int maxDepth)
    {
        if (!Utf8.IsValid(utf8.Span)) return Problems.InvalidRequest("The request body is not valid UTF-8");
        try
        {
            var root = JsonElement.Parse(utf8.Span, new JsonDocumentOptions { MaxDepth = maxDepth });
            return JsonStrings.AreStorable(utf8.Span, maxDepth)
                ? new JsonBody(root)
                : Problems.InvalidRequest("The request body contains a NUL character or half of a surrogate pair");
        }
        catch (JsonException)
        {
            return Problems.InvalidRequest("Malformed JSON in request body"); // the parser has no other way to say so
        }
    }

    private static bool IsAbsent(HttpRequest request) =>
        request.ContentLength == 0
        || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.Type.Equals("application", StringComparison.OrdinalIgnoreCase)
        && (type.SubType.Equals("json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static async Task<ReadOnlyMemory<byte>?> ReadBytesAsync(HttpRequest request, long limit, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(ChunkBytes);
        int read;
        while ((read = await request.Body.ReadAsync(buffer.GetMemory(ChunkBytes), cancellationToken)) > 0)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > limit) return null;
        }

        return buffer.WrittenMemory;
    }
}
