using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>Who is responsible for a failure; decides about retries and refunds.</summary>
public enum FailureCategory
{
    /// <summary>The project's code or its input: the same again would fail again.</summary>
    User,
    /// <summary>Cloudflare or a sandbox service: may pass by itself.</summary>
    Provider,
    /// <summary>Our own side: may pass by itself, and is never charged.</summary>
    Platform,
    /// <summary>The organization has nothing left.</summary>
    Quota,
}

/// <summary>Facts about who is responsible.</summary>
public static class FailureCategories
{
    /// <summary>The name that clients see.</summary>
    public static string WireName(this FailureCategory category) => category switch
    {
        FailureCategory.User => "user",
        FailureCategory.Provider => "provider",
        FailureCategory.Platform => "platform",
        FailureCategory.Quota => "quota",
    };
}

/// <summary>Why an attempt ended badly, in words and in a code of docs/api.md.</summary>
/// <remarks>
/// The words may quote files, output and answers of others. They are kept as <see cref="StorableText"/>, or a user's mistake could not be
/// saved, and would count as a failure of ours.
/// </remarks>
/// <param name="Code">Stable code, for instance <c>BUILD_FAILED</c>.</param>
/// <param name="Category">Who is responsible for it.</param>
/// <param name="Step">Where it happened; null when outside any step.</param>
/// <param name="Message">One sentence for the user.</param>
/// <param name="Excerpt">The lines of output that show it, oldest first; at most a screenful.</param>
/// <param name="Hint">What to try.</param>
public sealed record DeploymentFailure(
    string Code,
    FailureCategory Category,
    DeploymentStep? Step,
    string Message,
    IReadOnlyList<string> Excerpt,
    string? Hint = null)
{
    public string Message { get; init => field = StorableText.Of(value); } = StorableText.Of(Message);

    public IReadOnlyList<string> Excerpt { get; init => field = Storable(value); } = Storable(Excerpt);

    public string? Hint { get; init => field = Storable(value); } = Storable(Hint);

    /// <summary>True when it stays until somebody mends it, for instance a wrong token: no attempt is wasted on it.</summary>
    public bool Lasting { get; init; }

    /// <summary>True when it is not the user's doing, so that the charge is given back and an operator hears of it.</summary>
    public bool IsOurs => Category is FailureCategory.Provider or FailureCategory.Platform;

    /// <summary>True when another attempt may end differently.</summary>
    public bool Retryable => IsOurs && !Lasting;

    private static List<string> Storable(IReadOnlyList<string> lines) => [.. lines.Select(StorableText.Of)];

    private static string? Storable(string? text) => text is null ? null : StorableText.Of(text);
}
