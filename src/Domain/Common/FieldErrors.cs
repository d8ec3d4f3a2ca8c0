using ErrorOr;

namespace Libra.Deploy.Domain.Common;

/// <summary>The refusal of a field.</summary>
public static class FieldErrors
{
    /// <param name="field">Its name in the request, which clients show beside the message.</param>
    /// <returns><c>VALIDATION_ERROR</c>.</returns>
    public static Error Of(string field, string message) =>
        Error.Validation("VALIDATION_ERROR", message, new Dictionary<string, object> { ["field"] = field });
}
