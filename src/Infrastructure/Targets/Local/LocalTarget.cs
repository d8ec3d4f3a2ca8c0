using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Targets.Local.Edge;

namespace Libra.Deploy.Infrastructure.Targets.Local;

/// <summary>Puts artifacts live on the Workers runtime of this machine.</summary>
internal sealed class LocalTarget(
    LocalTargetOptions options, SiteHost sites, EdgeEndpoint edge, WorkerdProgram program, LiveProof proof) : IDeployTarget
{
    public string Name => "local";

    public Uri AddressOf(WorkerName worker) => new($"http://{worker.Value}.localhost:{edge.Port ?? options.EdgePort}");

    public async Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => edge.Port is null
        ? TargetErrors.Unavailable("The address of deployed sites is not open (yet).")
        : await program.CheckAsync(cancellationToken);

    public Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken) =>
        sites.PublishAsync(request, cancellationToken);

    public Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken) =>
        proof.FindAsync(AddressOf(request.Worker), request.Artifact, cancellationToken);
}
