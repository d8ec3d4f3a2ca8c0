using ErrorOr;
using Libra.Deploy.Application.Common;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Turns refusals into answers of the one error shape.</summary>
internal static class Problems
{
    /// <summary>The answer to a failed use case.</summary>
    public static Problem ToProblem(this List<Error> errors) => new(errors);

    /// <summary>The answer to one error.</summary>
    public static Problem ToProblem(this Error error) => new(error);

    /// <summary>No or bad credentials.</summary>
    public static Error Unauthorized => Error.Unauthorized(ProblemCodes.Unauthorized, "No valid credential.");

    /// <summary>A known caller that may not do this.</summary>
    public static Error Forbidden => Error.Forbidden(ProblemCodes.Forbidden, "Not allowed.");

    /// <summary>A body that cannot be read at all.</summary>
    public static Error InvalidRequest(string why) => Error.Validation(ProblemCodes.InvalidRequest, why);

    /// <summary>A body in another format than JSON.</summary>
    public static Error NotJson =>
        Error.Validation(ProblemCodes.UnsupportedMediaType, "The body must be JSON: send Content-Type application/json.");

    /// <summary>A body that would have to be unpacked first.</summary>
    public static Error Compressed =>
        Error.Validation(ProblemCodes.UnsupportedMediaType, "The body must not be compressed: send it without Content-Encoding.");

    /// <summary>A body over the limit.</summary>
    public static Error TooLarge(long limit) => Error.Validation(
        ProblemCodes.PayloadTooLarge, $"The request body is larger than {ByteSize.Show(limit)}, the most that Http:MaxBodyBytes allows.");

    /// <summary>A fault of ours; the cause is in the log.</summary>
    public static Error Internal => Error.Unexpected(ProblemCodes.InternalError, "A fault inside the service.");

    /// <summary>Something that the service cannot work without is away for a while.</summary>
    public static Error Unavailable(int retrySeconds) => Error.Unexpected(
        ProblemCodes.ServiceUnavailable,
        "The service is temporarily unavailable. Please try again.",
        new Dictionary<string, object> { [Problem.RetryAfter] = retrySeconds });

    /// <summary>A field, or with an empty name the body as a whole, that is not as it must be.</summary>
    public static Error InvalidField(string field, string message) =>
        Error.Validation(ProblemCodes.ValidationError, message, new Dictionary<string, object> { [Problem.Field] = field });

    /// <summary>The error behind a bare status that the framework gave.</summary>
    public static Error ForStatus(int status, LibraHttpOptions options) => status switch
    {
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => Error.NotFound(ProblemCodes.NotFound, "There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed =>
            Error.Validation(ProblemCodes.MethodNotAllowed, "This address does not support the method."),
        StatusCodes.Status408RequestTimeout => Error.Validation(ProblemCodes.RequestTimeout, "The request arrived too slowly."),
        StatusCodes.Status413PayloadTooLarge => TooLarge(options.MaxBodyBytes),
        StatusCodes.Status415UnsupportedMediaType => NotJson,
        >= 400 and < 500 => InvalidRequest("The request cannot be read."),
        _ => Internal,
    };
}
