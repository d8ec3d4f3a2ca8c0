using Libra.Deploy.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Who may use a route; every route has exactly one of these.</summary>
/// <param name="Scope">What a caller must be allowed; null for a route that is open to all.</param>
/// <param name="Everywhere">True when it shows what is of all organizations, and lets in no caller that sees only some.</param>
internal sealed record RouteDecision(string? Scope, bool Everywhere = false);

/// <summary>The route answers without the database, so its callers are to be known without it for a while.</summary>
internal sealed record WithoutDatabase;

/// <summary>How a route says who may use it.</summary>
internal static class RouteDecisions
{
    /// <summary>Only callers that have the scope, and an organization to use it in.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder route, string scope)
        where TBuilder : IEndpointConventionBuilder => route.Require(new RouteDecision(scope));

    /// <summary>Only callers that have the scope in all organizations.</summary>
    public static TBuilder RequireScopeEverywhere<TBuilder>(this TBuilder route, string scope)
        where TBuilder : IEndpointConventionBuilder => route.Require(new RouteDecision(scope, Everywhere: true));

    /// <summary>Also while the database is away: then a token counts that was good within the last minutes.</summary>
    public static TBuilder AlsoWithoutDatabase<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new WithoutDatabase());

    /// <summary>Everybody; no credential is even looked at.</summary>
    public static TBuilder AllowPublic<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
    {
        route.AllowAnonymous();
        route.WithMetadata(new RouteDecision(Scope: null));
        return route;
    }

    private static TBuilder Require<TBuilder>(this TBuilder route, RouteDecision decision)
        where TBuilder : IEndpointConventionBuilder
    {
        var scope = decision.Scope!;
        if (!Scopes.All.Contains(scope)) throw new ArgumentException($"There is no scope '{scope}'.", nameof(decision));

        var requirement = new ScopeRequirement(scope, decision.Everywhere);
        route.RequireAuthorization(new AuthorizationPolicyBuilder(Schemes.FrontDoor).AddRequirements(requirement).Build());
        route.WithMetadata(decision);
        return route;
    }
}

/// <summary>The caller has a scope, and an organization to use it in, or all of them.</summary>
internal sealed class ScopeRequirement(string scope, bool everywhere) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.FindCaller() is { BelongsSomewhere: true } caller && caller.Has(scope)
            && (caller.SeesAllOrganizations || !everywhere)) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}

/// <summary>
/// Shuts every route that says nothing of who may use it, and lets through what is not a route: 404 and 405 tell a stranger nothing.
/// </summary>
internal sealed class UndecidedRouteRequirement : AuthorizationHandler<UndecidedRouteRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, UndecidedRouteRequirement requirement)
    {
        if (context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
