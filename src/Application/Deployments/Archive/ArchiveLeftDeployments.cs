using ErrorOr;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Archive;

/// <summary>
/// Seals the logs and stores the results of deployments whose worker died between their end and that, or found the store away, and of
/// those that this node has just ended without one. Safe to repeat, and from several nodes at once.
/// </summary>
/// <param name="OfOthers">Also what other nodes left, which is asked of the database.</param>
public sealed record ArchiveLeftDeploymentsCommand(bool OfOthers = true) : IRequest<ErrorOr<Success>>;

internal sealed class ArchiveLeftDeploymentsHandler(IArchivedDeployments archived, DeploymentArchive archive, TimeProvider clock)
    : IRequestHandler<ArchiveLeftDeploymentsCommand, ErrorOr<Success>>
{
    private const int Batch = 20;
    private const int AtOnce = 4;

    public async Task<ErrorOr<Success>> Handle(ArchiveLeftDeploymentsCommand command, CancellationToken cancellationToken)
    {
        var found = command.OfOthers
            ? await archived.FindLeftAsync(clock.GetUtcNow() - DeploymentArchive.DoneByThen, Batch, cancellationToken)
            : [];
        await Parallel.ForEachAsync(
            archive.TakeLeft().Concat(found),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (left, _) => await archive.SealAsync(left));
        return Result.Success;
    }
}
