using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Http;

/// <summary>What a client is told of something that was thrown, while the cause goes into the log.</summary>
internal sealed class Faults(IOptions<LibraHttpOptions> options, ILogger<Faults> logger)
{
    /// <summary>The error to answer with: something that we need is away, or a fault of ours.</summary>
    public Error Explain(HttpRequest request, Exception exception)
    {
        // What cannot be read as a form is wrapped where Hangfire's dashboard has its token looked for.
        var cause = exception is AntiforgeryValidationException unread ? unread.InnerException : exception;
        if (cause is BadHttpRequestException bad) return Problems.ForStatus(bad.StatusCode, options.Value);
        if (exception is AntiforgeryValidationException) return Problems.ForStatus(StatusCodes.Status400BadRequest, options.Value);

        if (Missing(exception) is { } missing)
        {
            logger.LogWarning(exception, "The {Missing} is away: {Method} {Path} is refused", missing, request.Method, request.Path.Value);
            return Problems.Unavailable(options.Value.UnavailableRetrySeconds);
        }

        logger.LogError(exception, "Unexpected fault in {Method} {Path}", request.Method, request.Path.Value);
        return Problems.Internal;
    }

    private static string? Missing(Exception exception) =>
        DatabaseOutage.IsBehind(exception) ? "database" : exception is ObjectStoreException ? "object store" : null;
}
