using ErrorOr;
using Libra.Deploy.Application.Idempotency;
using MediatR;

namespace Libra.Deploy.Application.Deployments;

/// <summary>Tells what this very request started when it was sent before, and starts nothing.</summary>
public sealed record GetEarlierAnswerQuery(CreateDeploymentCommand Request) : IRequest<ErrorOr<EarlierAnswer>>;

/// <summary>The first answer to a request.</summary>
/// <param name="Accepted">Null when the request has no key, comes for the first time, or has the key of another.</param>
public sealed record EarlierAnswer(AcceptedDeployment? Accepted);

internal sealed class GetEarlierAnswerHandler(IIdempotencyStore idempotency)
    : IRequestHandler<GetEarlierAnswerQuery, ErrorOr<EarlierAnswer>>
{
    public async Task<ErrorOr<EarlierAnswer>> Handle(GetEarlierAnswerQuery query, CancellationToken cancellationToken)
    {
        if (query.Request.IdempotencyKey is not { IsWellFormed: true } key) return new EarlierAnswer(Accepted: null);

        var earlier = await idempotency.FindAsync(query.Request.ClaimWith(key), cancellationToken);
        return new EarlierAnswer(earlier is null ? null : new AcceptedDeployment(earlier.Id, earlier.At));
    }
}
