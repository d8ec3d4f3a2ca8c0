namespace Libra.Deploy.Domain.Queue;

/// <summary>Loads and adds dead letters; changes to what it returns are saved by the unit of work.</summary>
public interface IDeadLetterRepository
{
    /// <summary>Finds one and holds its row until the transaction ends; null when there is none.</summary>
    Task<DeadLetter?> FindForUpdateAsync(DeadLetterId id, CancellationToken cancellationToken);

    void Add(DeadLetter letter);

    /// <summary>Removes those that were resolved before <paramref name="before"/>; returns how many.</summary>
    Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
