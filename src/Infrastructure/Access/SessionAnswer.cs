using Libra.Deploy.Domain.Access;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>What the platform says of a session, as far as it matters here.</summary>
internal sealed record SessionAnswer(SessionAnswer.SessionPart? Session, SessionAnswer.UserPart? User)
{
    /// <summary>The caller behind the session; null when the answer names nobody.</summary>
    public Caller? ToCaller(PlatformSessionOptions options, DateTimeOffset now)
    {
        if (Session is null || string.IsNullOrEmpty(User?.Id) || Session.ExpiresAt <= now) return null;

        string[] organizations = string.IsNullOrEmpty(Session.ActiveOrganizationId) ? [] : [Session.ActiveOrganizationId];
        var roles = (User.Role ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var isAdmin = roles.Any(role => options.AdminRoles.Contains(role, StringComparer.Ordinal));
        return new Caller(
            CallerKind.Session, User.Id, User.Id, organizations, isAdmin ? [.. options.Scopes, Scopes.Admin] : options.Scopes);
    }

    internal sealed record SessionPart(DateTimeOffset? ExpiresAt, string? ActiveOrganizationId);

    internal sealed record UserPart(string? Id, string? Role);
}
