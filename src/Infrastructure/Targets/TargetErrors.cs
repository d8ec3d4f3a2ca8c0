using ErrorOr;

namespace Libra.Deploy.Infrastructure.Targets;

/// <summary>Every refusal of a target; codes are those of docs/api.md.</summary>
internal static class TargetErrors
{
    /// <summary>The target will never run this artifact.</summary>
    public static Error Rejected(string why) => Error.Failure("TARGET_REJECTED", why);

    /// <summary>The target cannot do it now; another try may succeed.</summary>
    public static Error Unavailable(string why) => Error.Unexpected("TARGET_UNAVAILABLE", why);

    /// <summary>What the site answers is not what was deployed.</summary>
    public static Error VerificationFailed(string why) => Error.Failure("VERIFICATION_FAILED", why);
}
