using System.ComponentModel.DataAnnotations;
using ErrorOr;
using Libra.Deploy.Domain.Queue;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Queue;

/// <summary>Removes dead letters that were settled long ago; what waits for an operator is kept for ever. Safe to repeat.</summary>
public sealed record PruneDeadLettersCommand : IRequest<ErrorOr<int>>;

/// <summary>How long settled dead letters are kept.</summary>
public sealed class DeadLetterOptions
{
    /// <summary>Days from the settlement on.</summary>
    [Range(1, 3650)]
    public int RetentionDays { get; set; } = 30;
}

internal sealed class PruneDeadLettersHandler(IDeadLetterRepository letters, IOptions<DeadLetterOptions> options, TimeProvider clock)
    : IRequestHandler<PruneDeadLettersCommand, ErrorOr<int>>
{
    public async Task<ErrorOr<int>> Handle(PruneDeadLettersCommand command, CancellationToken cancellationToken) =>
        await letters.PruneAsync(clock.GetUtcNow() - TimeSpan.FromDays(options.Value.RetentionDays), cancellationToken);
}
