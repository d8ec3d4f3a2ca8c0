using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.Application.Access;

/// <summary>Finds the callers behind API tokens, fast enough for every request.</summary>
public interface IApiTokenCallers
{
    /// <summary>The caller of a secret; null when there is no such token, or it is revoked or expired.</summary>
    ValueTask<Caller?> FindAsync(TokenSecret secret, CancellationToken cancellationToken);

    /// <summary>The same; but while the database is away, a token counts that this node found good within the last minutes.</summary>
    ValueTask<Caller?> FindOrRememberAsync(TokenSecret secret, CancellationToken cancellationToken);

    /// <summary>From now on no call with a revoked token is let in on this node, whatever was remembered of it.</summary>
    void Forget(TokenHash hash);
}
