namespace Libra.Deploy.Domain.Access;

/// <summary>What an API token is to allow.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="OrganizationId">The one organization that it is good for; null for all.</param>
/// <param name="UserId">The user that it acts for; null for any user of its organization.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="ExpiresAt">When it stops being good; null for never.</param>
public sealed record TokenGrant(
    string Name, string? OrganizationId, string? UserId, IReadOnlyCollection<string> Scopes, DateTimeOffset? ExpiresAt);
