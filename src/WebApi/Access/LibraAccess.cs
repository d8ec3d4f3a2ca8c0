using Libra.Deploy.Infrastructure.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Access;

/// <summary>Who may call: registers the ways in, and puts the check before the endpoints.</summary>
internal static class LibraAccess
{
    /// <summary>
    /// Registers the checks; the configuration has the sections <c>Jwt</c> and <c>Session</c> and the switch <c>ApiTokens</c>.
    /// </summary>
    public static IServiceCollection AddLibraAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AccessOptions>().Bind(configuration).PostConfigure(FillIn).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessOptionsValidator>();
        services.AddOptions<PlatformSessionOptions>().Bind(configuration.GetSection("Session"));
        services.AddAccess();
        services.AddSingleton<Credentials>();
        services.AddSingleton<ContinuedAccess>();
        AddSchemes(services);
        AddPolicies(services);
        return services;
    }

    /// <summary>Checks the caller of every request. Goes after <c>UseLibraHttp</c>, which gives refusals their shape.</summary>
    /// <remarks>There is no general authentication step: a public route must not depend on the platform or the database.</remarks>
    public static IApplicationBuilder UseLibraAccess(this IApplicationBuilder app) => app.UseAuthorization();

    // Not an initial value: the binder would add configured algorithms to it, and none could be taken away.
    private static void FillIn(AccessOptions options)
    {
        if (options.Jwt.Algorithms.Count == 0) options.Jwt.Algorithms = ["RS256", "PS256", "ES256"];
    }

    private static void AddSchemes(IServiceCollection services)
    {
        services.AddAuthentication()
            .AddScheme<AuthenticationSchemeOptions, ApiTokenAuthentication>(Schemes.ApiToken, null)
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(Schemes.Session, null)
            .AddJwtBearer(Schemes.Jwt, _ => { })
            .AddPolicyScheme(Schemes.FrontDoor, null, scheme => scheme.ForwardDefaultSelector =
                context => context.RequestServices.GetRequiredService<Credentials>().SchemeOf(context));
        services.AddSingleton<IConfigureOptions<JwtBearerOptions>, JwtSetup>();
    }

    private static void AddPolicies(IServiceCollection services)
    {
        var undecided = new AuthorizationPolicyBuilder().AddRequirements(new UndecidedRouteRequirement()).Build();
        services.AddAuthorizationBuilder().SetFallbackPolicy(undecided).SetDefaultPolicy(undecided);
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessAnswers>();
    }
}
