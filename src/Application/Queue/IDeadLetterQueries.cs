using Libra.Deploy.Domain.Queue;

namespace Libra.Deploy.Application.Queue;

/// <summary>Reads dead letters for those who watch; nothing that it returns is tracked.</summary>
public interface IDeadLetterQueries
{
    /// <summary>Null when there is none.</summary>
    Task<DeadLetter?> FindAsync(DeadLetterId id, CancellationToken cancellationToken);

    /// <summary>Newest first, at most <see cref="DeadLetterFilter.Limit"/>; cost does not grow with history.</summary>
    Task<DeadLetterPage> ListAsync(DeadLetterFilter filter, CancellationToken cancellationToken);
}

/// <summary>Which dead letters to list; null leaves a part open.</summary>
/// <param name="Organizations">Null means all, messages that name no deployment included.</param>
/// <param name="Cursor">Continue behind this one.</param>
/// <param name="Resolved">False lists what waits for an operator, true what was settled.</param>
/// <param name="Superseded">True lists those whose project was deployed again since, false all others.</param>
public sealed record DeadLetterFilter(
    IReadOnlyCollection<string>? Organizations,
    int Limit,
    DeadLetterId? Cursor = null,
    string? Reason = null,
    bool? Resolved = null,
    bool? Superseded = null)
{
    /// <summary>The same, without what the caller may not see.</summary>
    internal DeadLetterFilter Within(Common.OrganizationFilter caller) =>
        this with { Organizations = Organizations is null ? caller.Only : [.. Organizations.Where(caller.Allows)] };
}

/// <summary>A page of a list.</summary>
/// <param name="Next">Null on the last page.</param>
public sealed record DeadLetterPage(IReadOnlyList<DeadLetter> Letters, DeadLetterId? Next);
