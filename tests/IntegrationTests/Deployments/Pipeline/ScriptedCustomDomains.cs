using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>Domains at a target that answers what a test wants; being asked for what no test has said is a fault of the test.</summary>
internal sealed class ScriptedCustomDomains : ICustomDomains
{
    private readonly List<string> _ensured = [];
    private readonly List<string?> _removed = [];

    public Func<string, CancellationToken, Task<ErrorOr<CustomDomainState>>> OnEnsure { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<string, CancellationToken, Task<ErrorOr<CustomDomainState?>>> OnRead { get; set; } = (_, _) => throw new NotSupportedException();

    public Func<string, CancellationToken, Task<ErrorOr<Success>>> OnRemove { get; set; } = (_, _) => throw new NotSupportedException();

    /// <summary>Domains that were to be added or found again, in the order in which they came.</summary>
    public IReadOnlyList<string> Ensured => _ensured;

    /// <summary>The id by which the last of them was known; null when it was new.</summary>
    public string? KnownAs { get; private set; }

    /// <summary>Ids of what was to be removed, in that order; null for what was to be looked for by name.</summary>
    public IReadOnlyList<string?> Removed => _removed;

    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => ScriptedTarget.Fine();

    public Task<ErrorOr<CustomDomainState>> EnsureAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken)
    {
        _ensured.Add(domain.Value);
        KnownAs = hostnameId;
        return OnEnsure(domain.Value, cancellationToken);
    }

    public Task<ErrorOr<CustomDomainState?>> ReadAsync(CustomDomain domain, string hostnameId, CancellationToken cancellationToken) =>
        OnRead(domain.Value, cancellationToken);

    public Task<ErrorOr<Success>> RemoveAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken)
    {
        _removed.Add(hostnameId);
        return OnRemove(domain.Value, cancellationToken);
    }

    /// <summary>How a domain stands whose id at the target is its name.</summary>
    public static Task<ErrorOr<CustomDomainState>> Stands(string domain, CustomDomainProgress progress) =>
        Task.FromResult<ErrorOr<CustomDomainState>>(State(domain, progress));

    /// <summary>How a domain that was read stands; null for one that is gone.</summary>
    public static Task<ErrorOr<CustomDomainState?>> Found(string domain, CustomDomainProgress? progress)
    {
        var state = progress is { } known ? State(domain, known) : null;
        return Task.FromResult<ErrorOr<CustomDomainState?>>(state);
    }

    private static CustomDomainState State(string domain, CustomDomainProgress progress) => new(progress, domain, "word", [], "so it is");
}
