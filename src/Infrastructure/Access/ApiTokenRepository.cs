using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Libra.Deploy.Infrastructure.Access;

internal sealed class ApiTokenRepository(LibraDbContext database) : IApiTokenRepository
{
    private DbSet<ApiToken> Tokens => database.Set<ApiToken>();

    public Task<ApiToken?> FindAsync(ApiTokenId id, CancellationToken cancellationToken) =>
        Tokens.FirstOrDefaultAsync(token => token.Id == id, cancellationToken);

    public Task<ApiToken?> FindByHashAsync(TokenHash hash, CancellationToken cancellationToken) =>
        Tokens.AsNoTracking().FirstOrDefaultAsync(token => token.Hash == hash, cancellationToken);

    public async Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken cancellationToken) =>
        await Tokens.AsNoTracking().OrderByDescending(token => token.Id).ToListAsync(cancellationToken);

    public void Add(ApiToken token) => database.Add(token);

    public Task NoteUseAsync(IReadOnlyCollection<ApiTokenId> ids, DateTimeOffset now, CancellationToken cancellationToken) =>
        Tokens.Where(token => ids.Contains(token.Id) && (token.LastUsedAt == null || token.LastUsedAt < now))
            .ExecuteUpdateAsync(update => update.SetProperty(token => token.LastUsedAt, now), cancellationToken);
}
