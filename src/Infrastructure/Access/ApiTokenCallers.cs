using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Access;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>Looks tokens up by the hash of their secret and remembers the good ones for a few seconds.</summary>
/// <remarks>Unknown secrets are not remembered: guessing must not fill the memory, and a new token is good at once.</remarks>
internal sealed class ApiTokenCallers(IServiceScopeFactory scopes, TokenUseRecorder uses, TimeProvider clock) : IApiTokenCallers
{
    /// <summary>How long another node may still let a revoked token in.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    // An outage that lasts longer than this has been seen by somebody.
    private static readonly TimeSpan RememberedWithoutDatabase = TimeSpan.FromMinutes(10);

    // A database that hangs must not keep a scraper waiting until it gives up.
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(2);

    // Longer than any lookup that began before the revocation can take to come back with what it read.
    private static readonly TimeSpan RevocationRemembered = TimeSpan.FromMinutes(2);
    private const int Capacity = 10_000;

    private readonly ExpiringCache<TokenHash, Known> _known = new(clock, Remembered, Capacity);
    private readonly ExpiringCache<TokenHash, Known> _lately = new(clock, RememberedWithoutDatabase, Capacity);
    private readonly ExpiringCache<TokenHash, bool> _revoked = new(clock, RevocationRemembered, Capacity);

    public async ValueTask<Caller?> FindAsync(TokenSecret secret, CancellationToken cancellationToken)
    {
        var hash = secret.Hash();
        return Admit(hash, await KnownAsync(hash, cancellationToken));
    }

    public async ValueTask<Caller?> FindOrRememberAsync(TokenSecret secret, CancellationToken cancellationToken)
    {
        var hash = secret.Hash();
        if (!_lately.TryGet(hash, out var lately)) return Admit(hash, await KnownAsync(hash, cancellationToken));

        try
        {
            return Admit(hash, await KnownAsync(hash, cancellationToken).WaitAsync(DatabasePatience, clock, cancellationToken));
        }
        catch (Exception failure) when (failure is TimeoutException || DatabaseOutage.IsBehind(failure))
        {
            return Admit(hash, lately);
        }
    }

    public void Forget(TokenHash hash)
    {
        _revoked.Set(hash, true);
        _known.Remove(hash);
        _lately.Remove(hash);
    }

    private Caller? Admit(TokenHash hash, Known? known)
    {
        if (known is null || _revoked.TryGet(hash, out _) || !known.Token.IsGoodAt(clock.GetUtcNow())) return null;

        uses.Note(known.Token.Id);
        return known.Caller;
    }

    private async Task<Known?> KnownAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        if (_known.TryGet(hash, out var known)) return known;

        known = await LoadAsync(hash, cancellationToken);
        if (known is null)
        {
            _lately.Remove(hash);
            return null;
        }

        _known.Set(hash, known);
        _lately.Set(hash, known);
        return known;
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
