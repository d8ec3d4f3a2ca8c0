using Libra.Deploy.Domain.Access;
using Microsoft.AspNetCore.Authorization;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Who may use a route; every route has exactly one of these.</summary>
/// <param name="Scope">What a caller must be allowed; null for a route that is open to all.</param>
internal sealed record RouteDecision(string? Scope);

/// <summary>The route answers without the database, so its callers are to be known without it for a while.</summary>
internal sealed record WithoutDatabase;

/// <summary>How a route says who may use it.</summary>
internal static class RouteDecisions
{
    /// <summary>Only callers that have the scope, and an organization to use it in.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder route, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        if (!Scopes.All.Contains(scope)) throw new ArgumentException($"There is no scope '{scope}'.", nameof(scope));

        route.RequireAuthorization(new AuthorizationPolicyBuilder(Schemes.FrontDoor).AddRequirements(new ScopeRequirement(scope)).Build());
        route.WithMetadata(new RouteDecision(scope));
        return route;
    }

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
}

/// <summary>The caller has a scope, and an organization to use it in.</summary>
internal sealed class ScopeRequirement(string scope) : AuthorizationHandler<ScopeRequirement>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (context.User.FindCaller() is { BelongsSomewhere: true } caller && caller.Has(scope)) context.Succeed(requirement);
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
