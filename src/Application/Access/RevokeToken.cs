using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Access;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Access;

/// <summary>Takes a token back: at once on this node, within seconds on the others.</summary>
public sealed record RevokeTokenCommand(ApiTokenId Id, string RevokedBy) : IRequest<ErrorOr<Success>>;

internal sealed class RevokeTokenHandler(
    IApiTokenRepository tokens, IUnitOfWork work, IApiTokenCallers callers, TimeProvider clock, ILogger<RevokeTokenHandler> logger)
    : IRequestHandler<RevokeTokenCommand, ErrorOr<Success>>
{
    public async Task<ErrorOr<Success>> Handle(RevokeTokenCommand command, CancellationToken cancellationToken)
    {
        var token = await tokens.FindAsync(command.Id, cancellationToken);
        if (token is null) return AccessErrors.TokenNotFound(command.Id.ToString());

        var revoked = token.Revoke(clock.GetUtcNow());
        if (revoked.IsError) return revoked.Errors;

        await work.CommitAsync(cancellationToken);
        callers.Forget(token.Hash);
        logger.LogInformation("Token {TokenId} was revoked by {Caller}", token.Id, command.RevokedBy);
        return Result.Success;
    }
}
