using System.Collections.Frozen;
using ErrorOr;

namespace Libra.Deploy.WebApi.Http;

/// <summary>How one error code looks on the wire.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">The short text that the old services put into <c>error</c>.</param>
/// <param name="Message">The sentence that the contract fixes; null where the error brings its own.</param>
internal sealed record ProblemForm(int Status, string Error, string? Message = null);

/// <summary>The codes of the contract and their form; nothing else in the service knows an HTTP status of an error.</summary>
internal static class ProblemTable
{
    private static readonly FrozenDictionary<string, ProblemForm> Forms = new Dictionary<string, ProblemForm>
    {
        [ProblemCodes.ValidationError] = new(400, "Validation Error", "Request validation failed"),
        [ProblemCodes.InvalidRequest] = new(400, ProblemCodes.InvalidRequest),
        [ProblemCodes.Unauthorized] = new(401, "Unauthorized", "Access denied. Valid session required."),
        [ProblemCodes.Forbidden] = new(403, "Forbidden", "Insufficient permissions for deployment operations."),
        ["PROJECT_NOT_FOUND"] = new(404, "Project not found", "The specified project does not exist or you do not have access to it"),
        ["PROJECT_INACTIVE"] = new(400, "PROJECT_INACTIVE"),
        [ProblemCodes.NotFound] = new(404, "Resource not found"),
        [ProblemCodes.MethodNotAllowed] = new(405, ProblemCodes.MethodNotAllowed),
        [ProblemCodes.RequestTimeout] = new(408, ProblemCodes.RequestTimeout),
        ["DEPLOYMENT_IN_PROGRESS"] = new(409, "Deployment in progress"),
        ["INVALID_STATE"] = new(409, "INVALID_STATE"),
        [ProblemCodes.PayloadTooLarge] = new(413, ProblemCodes.PayloadTooLarge),
        [ProblemCodes.UnsupportedMediaType] = new(415, ProblemCodes.UnsupportedMediaType),
        ["IDEMPOTENCY_CONFLICT"] = new(422, "IDEMPOTENCY_CONFLICT"),
        ["DEPLOYMENT_QUOTA_EXCEEDED"] = new(429, "DEPLOYMENT_QUOTA_EXCEEDED"),
        ["RATE_LIMITED"] = new(429, "Too Many Requests", "Deployment rate limit exceeded. Please wait before trying again."),
        [ProblemCodes.InternalError] = new(500, ProblemCodes.InternalError, "An unexpected error occurred"),
        [ProblemCodes.ServiceUnavailable] = new(503, ProblemCodes.ServiceUnavailable),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The codes that have a form of their own.</summary>
    public static IEnumerable<string> Codes => Forms.Keys;

    /// <summary>The form of an error; one with an unlisted code is shown by its type.</summary>
    public static ProblemForm Of(Error error) => Forms.GetValueOrDefault(error.Code) ?? ByType(error);

    /// <summary>The form of a listed code.</summary>
    public static ProblemForm Of(string code) => Forms[code];

    // Failure and Unexpected carry causes for the log, never for the client, so they all look like a bug of ours.
    private static ProblemForm ByType(Error error) => error.Type switch
    {
        ErrorType.Validation => new(400, error.Code),
        ErrorType.Unauthorized => Forms[ProblemCodes.Unauthorized],
        ErrorType.Forbidden => Forms[ProblemCodes.Forbidden],
        ErrorType.NotFound => new(404, "Resource not found"),
        ErrorType.Conflict => new(409, error.Code),
        _ => Forms[ProblemCodes.InternalError],
    };
}
