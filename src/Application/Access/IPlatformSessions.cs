using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.Application.Access;

/// <summary>Asks the platform who a session belongs to.</summary>
public interface IPlatformSessions
{
    /// <summary>The caller of a session; null when the platform does not know it, or cannot be asked.</summary>
    ValueTask<Caller?> FindAsync(SessionCredential credential, CancellationToken cancellationToken);
}

/// <summary>What a person's client sent to prove its session at the platform.</summary>
/// <param name="Bearer">The bearer token; null when it came as a cookie.</param>
/// <param name="CookieName">The session cookie's name; null when it came as a bearer token.</param>
/// <param name="CookieValue">The session cookie's value.</param>
public sealed record SessionCredential(string? Bearer, string? CookieName, string? CookieValue)
{
    public static SessionCredential FromBearer(string token) => new(token, null, null);

    public static SessionCredential FromCookie(string name, string value) => new(null, name, value);

    /// <inheritdoc />
    public override string ToString() => CookieName is null ? "bearer …" : $"cookie {CookieName}=…"; // never the secret
}
