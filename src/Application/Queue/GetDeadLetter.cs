using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Queue;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>Shows one dead letter.</summary>
public sealed record GetDeadLetterQuery(OrganizationFilter Caller, DeadLetterId Id) : IRequest<ErrorOr<DeadLetter>>;

internal sealed class GetDeadLetterHandler(IDeadLetterQueries letters) : IRequestHandler<GetDeadLetterQuery, ErrorOr<DeadLetter>>
{
    public async Task<ErrorOr<DeadLetter>> Handle(GetDeadLetterQuery query, CancellationToken cancellationToken) =>
        await letters.FindAsync(query.Id, cancellationToken) is { } letter && letter.IsVisibleTo(query.Caller)
            ? letter
            : DeadLetterErrors.NotFound(query.Id.ToString());
}
