using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Common;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application.Access;

/// <summary>Issues an API token; the answer is the only one that ever holds its secret.</summary>
public sealed record CreateTokenCommand(TokenGrant Grant, string IssuedBy) : IRequest<ErrorOr<IssuedToken>>;

/// <summary>A new token and its secret.</summary>
public sealed record IssuedToken(TokenSummary Token, TokenSecret Secret);

internal sealed class CreateTokenValidator : AbstractValidator<CreateTokenCommand>
{
    private const int LongestName = 100;
    public CreateTokenValidator()
    {
        RuleFor(command => command.Grant.Name).NotEmpty().MaximumLength(LongestName).OverridePropertyName("name").WithName("name");
        RuleFor(command => command.Grant.OrganizationId).Length(1, FieldLimits.LongestId)
            .OverridePropertyName("organizationId").WithName("organizationId");
        RuleFor(command => command.Grant.UserId).Length(1, FieldLimits.LongestId).OverridePropertyName("userId").WithName("userId");
    }
}

internal sealed class CreateTokenHandler(
    IApiTokenRepository tokens, IUnitOfWork work, TimeProvider clock, ILogger<CreateTokenHandler> logger)
    : IRequestHandler<CreateTokenCommand, ErrorOr<IssuedToken>>
{
    public async Task<ErrorOr<IssuedToken>> Handle(CreateTokenCommand command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var secret = TokenSecret.New();
        var token = ApiToken.Issue(ApiTokenId.New(now), secret, command.Grant, now);
        if (token.IsError) return token.Errors;

        tokens.Add(token.Value);
        await work.CommitAsync(cancellationToken);
        logger.LogInformation(
            "Token {TokenId} with {Scopes} was issued by {Caller}",
            token.Value.Id, string.Join(' ', token.Value.Scopes), command.IssuedBy);
        return new IssuedToken(TokenSummary.Of(token.Value), secret);
    }
}
