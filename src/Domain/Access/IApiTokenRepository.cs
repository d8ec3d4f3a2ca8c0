namespace Libra.Deploy.Domain.Access;

/// <summary>Loads and adds API tokens; changes to what it returns are saved by the unit of work.</summary>
public interface IApiTokenRepository
{
    /// <summary>Finds a token by its id; null when there is none.</summary>
    Task<ApiToken?> FindAsync(ApiTokenId id, CancellationToken cancellationToken);

    /// <summary>Finds the token of a secret, for reading only; null when there is none.</summary>
    Task<ApiToken?> FindByHashAsync(TokenHash hash, CancellationToken cancellationToken);

    /// <summary>All tokens, revoked and expired ones included, the newest first.</summary>
    Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken cancellationToken);

    void Add(ApiToken token);

    /// <summary>Notes at once, outside any unit of work, that tokens were seen; never moves a time back.</summary>
    Task NoteUseAsync(IReadOnlyCollection<ApiTokenId> ids, DateTimeOffset now, CancellationToken cancellationToken);
}
