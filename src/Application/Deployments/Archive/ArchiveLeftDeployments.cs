using ErrorOr;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>
/// Seals the logs and stores the results of deployments whose worker died between their end and that, or found the store away. Safe to
/// repeat, and from several nodes at once.
/// </summary>
public sealed record ArchiveLeftDeploymentsCommand : IRequest<ErrorOr<Success>>;

internal sealed class ArchiveLeftDeploymentsHandler(IArchivedDeployments archived, DeploymentArchive archive, TimeProvider clock)
    : IRequestHandler<ArchiveLeftDeploymentsCommand, ErrorOr<Success>>
{
    private const int AtOnce = 20;

    public async Task<ErrorOr<Success>> Handle(ArchiveLeftDeploymentsCommand command, CancellationToken cancellationToken)
    {
        foreach (var left in await archived.FindLeftAsync(clock.GetUtcNow() - DeploymentArchive.DoneByThen, AtOnce, cancellationToken))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await archive.SealAsync(left);
        }

        return Result.Success;
    }
}
