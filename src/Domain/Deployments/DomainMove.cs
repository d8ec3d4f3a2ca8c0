namespace Libra.Deploy.Domain.Deployments;

/// <summary>
/// The custom domain of a deployment: the project's own, or another one that the request named. It moves the project only from where
/// the project was when that was asked for.
/// </summary>
/// <param name="From">The project's domain at that time; null when it had none.</param>
/// <param name="To">
/// The domain that the version is to answer to; null for none. The same as <paramref name="From"/> asks for no move.
/// </param>
public sealed record DomainMove(string? From, string? To)
{
    /// <summary>No domain, and none asked for.</summary>
    public static readonly DomainMove None = Staying(null);

    /// <summary>Leaves the project what it has.</summary>
    public static DomainMove Staying(string? domain) => new(domain, domain);

    /// <summary>
    /// The domain that a project is to have which has <paramref name="present"/> by now: who gave it another one since then, or took it
    /// away, is not overruled.
    /// </summary>
    public string? For(string? present) => present == From ? To : present;
}
