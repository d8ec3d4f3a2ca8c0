using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Libra.Deploy.WebApi.Access;

/// <summary>API tokens, for administrators.</summary>
internal static class TokenEndpoints
{
    public static void MapTokens(this IEndpointRouteBuilder routes)
    {
        var tokens = routes.MapGroup("/tokens").WithTags("Tokens").RequireScope(Scopes.Admin);
        tokens.MapPost("", Create).Takes<TokenBody>()
            .Creates<CreatedTokenResponse>("createToken", "Issues an API token and shows its secret once")
            .WithAnswerHeader("Location", "Where the token is.");
        tokens.MapGet("", List).Answers<TokenListResponse>("listTokens", "Lists all API tokens");
        tokens.MapGet("/{id}", Find).Path("id", "The token.")
            .Answers<TokenResponse>("getToken", "Shows an API token", "NOT_FOUND");
        tokens.MapDelete("/{id}", Revoke).Path("id", "The token.")
            .Answers<TokenRevokedResponse>("revokeToken", "Revokes an API token", "NOT_FOUND", "INVALID_STATE");
    }

    private static async Task<Results<Created<CreatedTokenResponse>, Problem>> Create(
        HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(context.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var fields = new FieldReader(body.Value.Root);
        var grant = new TokenGrant(
            fields.RequiredText("name", "Name is required"),
            fields.OptionalText("organizationId"),
            fields.OptionalText("userId"),
            fields.OptionalTexts("scopes", Scopes.All.Count) ?? [],
            fields.OptionalTime("expiresAt"));
        if (fields.Errors.Count > 0) return fields.Errors.ToProblem();

        var issued = await mediator.Send(new CreateTokenCommand(grant, context.Caller().Id), cancellationToken);
        if (issued.IsError) return issued.Errors.ToProblem();

        context.Response.Headers.CacheControl = "no-store"; // the only answer with the secret in it
        return TypedResults.Created($"/tokens/{issued.Value.Token.Id}", CreatedTokenResponse.Of(issued.Value));
    }

    private static async Task<Results<Ok<TokenListResponse>, Problem>> List(IMediator mediator, CancellationToken cancellationToken)
    {
        var listed = await mediator.Send(new ListTokensQuery(), cancellationToken);
        return listed.Match<Results<Ok<TokenListResponse>, Problem>>(
            tokens => TypedResults.Ok(new TokenListResponse(true, tokens)), errors => errors.ToProblem());
    }

    private static async Task<Results<Ok<TokenResponse>, Problem>> Find(
        string id, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!ApiTokenId.TryParse(id, out var tokenId)) return AccessErrors.TokenNotFound(id).ToProblem();

        var found = await mediator.Send(new GetTokenQuery(tokenId.Value), cancellationToken);
        return found.Match<Results<Ok<TokenResponse>, Problem>>(
            token => TypedResults.Ok(new TokenResponse(true, token)), errors => errors.ToProblem());
    }

    private static async Task<Results<Ok<TokenRevokedResponse>, Problem>> Revoke(
        string id, HttpContext context, IMediator mediator, CancellationToken cancellationToken)
    {
        if (!ApiTokenId.TryParse(id, out var tokenId)) return AccessErrors.TokenNotFound(id).ToProblem();

        var revoked = await mediator.Send(new RevokeTokenCommand(tokenId.Value, context.Caller().Id), cancellationToken);
        return revoked.Match<Results<Ok<TokenRevokedResponse>, Problem>>(
            _ => TypedResults.Ok(new TokenRevokedResponse(true, tokenId.Value.Value)), errors => errors.ToProblem());
    }
}
