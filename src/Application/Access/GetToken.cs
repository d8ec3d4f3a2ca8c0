using ErrorOr;
using Libra.Deploy.Domain.Access;
using MediatR;

namespace Libra.Deploy.Application.Access;

/// <summary>Shows a token, without its secret; also a revoked or expired one.</summary>
public sealed record GetTokenQuery(ApiTokenId Id) : IRequest<ErrorOr<TokenSummary>>;

internal sealed class GetTokenHandler(IApiTokenRepository tokens) : IRequestHandler<GetTokenQuery, ErrorOr<TokenSummary>>
{
    public async Task<ErrorOr<TokenSummary>> Handle(GetTokenQuery query, CancellationToken cancellationToken)
    {
        var token = await tokens.FindAsync(query.Id, cancellationToken);
        return token is null ? AccessErrors.TokenNotFound(query.Id.ToString()) : TokenSummary.Of(token);
    }
}
