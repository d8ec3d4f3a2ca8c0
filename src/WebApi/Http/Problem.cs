using System.Globalization;
using ErrorOr;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Libra.Deploy.WebApi.Http;

/// <summary>An error answer: status, headers and body follow from the errors and the contract's table.</summary>
internal sealed class Problem : IResult, IStatusCodeHttpResult
{
    /// <summary>Metadata key of a validation error: the field that it is about; without it the error is about the whole body.</summary>
    public const string Field = "field";

    /// <summary>Metadata key of an error that passes: seconds to wait.</summary>
    public const string RetryAfter = "retryAfter";

    private readonly Error _error;
    private readonly ProblemForm _form;

    public Problem(IReadOnlyList<Error> errors)
    {
        // A refusal of another kind outweighs the fields: there is only one status to give.
        var other = errors.Where(error => error.Code != ProblemCodes.ValidationError).Take(1).ToList();
        _error = other.Count > 0 ? other[0] : errors[0];
        _form = ProblemTable.Of(_error);
        Details = _error.Code == ProblemCodes.ValidationError ? FieldDetails(errors) : OwnDetails(_error);
    }

    public Problem(Error error)
        : this([error])
    {
    }

    /// <summary>The HTTP status.</summary>
    public int StatusCode => _form.Status;

    int? IStatusCodeHttpResult.StatusCode => StatusCode;

    /// <summary>The parts of the answer, for those that carry a refusal inside: as in <see cref="ProblemBody"/>.</summary>
    public string Error => _form.Error;

    /// <inheritdoc cref="ProblemBody.Message" />
    public string Message => _form.Message ?? _error.Description;

    /// <inheritdoc cref="ProblemBody.Code" />
    public string Code => _form.Status == StatusCodes.Status500InternalServerError ? ProblemCodes.InternalError : _error.Code;

    /// <inheritdoc cref="ProblemBody.Details" />
    public object? Details { get; }

    /// <inheritdoc cref="ProblemBody.RetryAfter" />
    public int? RetrySeconds =>
        _error.Metadata?.GetValueOrDefault(RetryAfter) is { } seconds ? Convert.ToInt32(seconds, CultureInfo.InvariantCulture) : null;

    /// <inheritdoc />
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var clock = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        var body = BodyFor(httpContext.TraceIdentifier, clock.GetUtcNow());
        if (body.RetryAfter is { } seconds) httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        httpContext.Response.StatusCode = StatusCode;
        if (StatusCode == StatusCodes.Status413PayloadTooLarge && HttpProtocol.IsHttp11(httpContext.Request.Protocol))
        {
            httpContext.Response.Headers.Connection = "close"; // the rest of the body is not read, so nothing can follow on this connection
        }

        await httpContext.Response.WriteAsJsonAsync(body, httpContext.RequestAborted);
    }

    /// <summary>The body as the client gets it.</summary>
    public ProblemBody BodyFor(string requestId, DateTimeOffset now) => new()
    {
        Error = Error,
        Message = Message,
        Code = Code,
        Details = Details,
        RetryAfter = RetrySeconds,
        RequestId = requestId,
        Timestamp = now,
    };

    private static ValidationDetails FieldDetails(IReadOnlyList<Error> errors)
    {
        var form = new List<string>();
        var fields = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var error in errors)
        {
            var field = error.Metadata?.GetValueOrDefault(Field) as string;
            if (string.IsNullOrEmpty(field)) form.Add(error.Description);
            else if (fields.TryGetValue(field, out var messages)) messages.Add(error.Description);
            else fields.Add(field, [error.Description]);
        }

        return new ValidationDetails(form, fields);
    }

    // What an error of ours brings along is for the client, unless it has a place of its own; a bug's is for nobody.
    private Dictionary<string, object>? OwnDetails(Error error)
    {
        if (_form.Status == StatusCodes.Status500InternalServerError) return null;
        var own = error.Metadata?.Where(pair => pair.Key is not (RetryAfter or Field)).ToDictionary();
        return own is { Count: > 0 } ? own : null;
    }
}
