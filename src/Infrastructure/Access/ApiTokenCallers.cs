using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>Looks tokens up by the hash of their secret and remembers the good ones for a few seconds.</summary>
/// <remarks>Unknown secrets are not remembered: guessing must not fill the memory, and a new token is good at once.</remarks>
internal sealed class ApiTokenCallers(IServiceScopeFactory scopes, TokenUseRecorder uses, TimeProvider clock) : IApiTokenCallers
{
    /// <summary>How long another node may still let a revoked token in.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    // Longer than any lookup that began before the revocation can take to come back with what it read.
    private static readonly TimeSpan RevocationRemembered = TimeSpan.FromMinutes(2);
    private const int Capacity = 10_000;

    private readonly ExpiringCache<TokenHash, Known> _known = new(clock, Remembered, Capacity);
    private readonly ExpiringCache<TokenHash, bool> _revoked = new(clock, RevocationRemembered, Capacity);

    public async ValueTask<Caller?> FindAsync(TokenSecret secret, CancellationToken cancellationToken)
    {
        var hash = secret.Hash();
        if (!_known.TryGet(hash, out var known))
        {
            known = await LoadAsync(hash, cancellationToken);
            if (known is null) return null;
            _known.Set(hash, known);
        }

        if (_revoked.TryGet(hash, out _) || !known.Token.IsGoodAt(clock.GetUtcNow())) return null;

        uses.Note(known.Token.Id);
        return known.Caller;
    }

    public void Forget(TokenHash hash)
    {
        _revoked.Set(hash, true);
        _known.Remove(hash);
    }

    private async Task<Known?> LoadAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var tokens = scope.ServiceProvider.GetRequiredService<IApiTokenRepository>();
        var token = await tokens.FindByHashAsync(hash, cancellationToken);
        return token is not null && token.Hash.Equals(hash) ? new Known(token, token.ToCaller()) : null;
    }

    private sealed record Known(ApiToken Token, Caller Caller);
}
