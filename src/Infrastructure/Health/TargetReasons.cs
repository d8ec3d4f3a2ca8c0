using ErrorOr;

namespace Libra.Deploy.Infrastructure.Health;

internal static class TargetReasons
{
    // What an operator has to set right is a sentence that names settings and permissions only; what passes by itself may name
    // addresses.
    public static string SentenceForAStranger(this Error error) =>
        error.Type == ErrorType.Unexpected ? $"{error.Code}." : error.Description;
}
