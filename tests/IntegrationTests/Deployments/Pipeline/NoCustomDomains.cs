using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>For nodes whose deployments name no domain: being asked for one is a fault of the test.</summary>
internal sealed class NoCustomDomains : ICustomDomains
{
    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ErrorOr<CustomDomainState>> EnsureAsync(CustomDomain domain, string projectId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<ErrorOr<CustomDomainState>> ReadAsync(CustomDomain domain, string hostnameId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<ErrorOr<Success>> RemoveAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
