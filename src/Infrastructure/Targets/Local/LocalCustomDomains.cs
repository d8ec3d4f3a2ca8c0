using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>
/// On this machine a domain is routed by its name as soon as its project is published; there is nobody to ask and nothing to certify.
/// </summary>
internal sealed class LocalCustomDomains(SiteHost sites) : ICustomDomains
{
    private static readonly CustomDomainState Live = new(
        CustomDomainProgress.Live, HostnameId: null, CertificateStatus: null, Records: [], Reason: null);

    public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => Task.FromResult<ErrorOr<Success>>(Result.Success);

    public Task<ErrorOr<CustomDomainState>> EnsureAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken) =>
        Task.FromResult<ErrorOr<CustomDomainState>>(Live);

    public Task<ErrorOr<CustomDomainState?>> ReadAsync(CustomDomain domain, string hostnameId, CancellationToken cancellationToken) =>
        Task.FromResult<ErrorOr<CustomDomainState?>>(Live);

    public async Task<ErrorOr<Success>> RemoveAsync(
        CustomDomain domain, string? hostnameId, string projectId, CancellationToken cancellationToken)
    {
        await sites.RemoveDomainAsync(WorkerName.For(projectId).Value, domain.Value, cancellationToken);
        return Result.Success;
    }
}
