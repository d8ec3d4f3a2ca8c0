using ErrorOr;
using Libra.Deploy.Domain.Access;
using MediatR;

namespace Libra.Deploy.Application.Access;

/// <summary>All tokens, revoked and expired ones included, the newest first.</summary>
public sealed record ListTokensQuery : IRequest<ErrorOr<IReadOnlyList<TokenSummary>>>;

internal sealed class ListTokensHandler(IApiTokenRepository tokens) : IRequestHandler<ListTokensQuery, ErrorOr<IReadOnlyList<TokenSummary>>>
{
    public async Task<ErrorOr<IReadOnlyList<TokenSummary>>> Handle(ListTokensQuery query, CancellationToken cancellationToken)
    {
        var found = await tokens.ListAsync(cancellationToken);
        return found.Select(TokenSummary.Of).ToList();
    }
}
