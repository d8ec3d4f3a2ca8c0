using ErrorOr;
using Libra.Deploy.Domain.Queue;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Queue;

/// <summary>Removes dead letters that were settled long ago; what waits for an operator is kept for ever. Safe to repeat.</summary>
public sealed record PruneDeadLettersCommand : IRequest<ErrorOr<int>>;

internal sealed class PruneDeadLettersHandler(IDeadLetterRepository letters, IOptions<DeadLetterOptions> options, TimeProvider clock)
    : IRequestHandler<PruneDeadLettersCommand, ErrorOr<int>>
{
    public async Task<ErrorOr<int>> Handle(PruneDeadLettersCommand command, CancellationToken cancellationToken) =>
        await letters.PruneAsync(clock.GetUtcNow() - TimeSpan.FromDays(options.Value.RetentionDays), cancellationToken);
}
