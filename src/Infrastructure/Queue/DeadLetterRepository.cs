using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Queue;

internal sealed class DeadLetterRepository(LibraDbContext database) : IDeadLetterRepository
{
    public async Task<DeadLetter?> FindForUpdateAsync(DeadLetterId id, CancellationToken cancellationToken)
    {
        await database.Database.ExecuteSqlAsync($"SELECT 1 FROM deploy.dead_letters WHERE id = {id.Value} FOR UPDATE", cancellationToken);
        return await database.Set<DeadLetter>().FirstOrDefaultAsync(letter => letter.Id == id, cancellationToken);
    }

    public void Add(DeadLetter letter) => database.Add(letter);

    public Task<int> PruneAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync($"DELETE FROM deploy.dead_letters WHERE resolved_at < {before}", cancellationToken);
}
