using Libra.Deploy.Application.Access;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Infrastructure.Credentials;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Access;

/// <summary>Registers the token store and the platform's sessions.</summary>
public static class AccessRegistration
{
    private const int LongestAnswer = 64 * 1024;

    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddScoped<IApiTokenRepository, ApiTokenRepository>();
        services.AddSingleton<IApiTokenCallers, ApiTokenCallers>();
        services.AddSingleton<TokenUseRecorder>();
        services.AddHostedService(provider => provider.GetRequiredService<TokenUseRecorder>());

        services.AddOptions<PlatformSessionOptions>()
            .PostConfigure(options => options.FillIn())
            .Validate(
                options => options.PlatformUrl is null || SafeAddress.Is(options.PlatformUrl),
                "The platform's address for session checks must be https, or http on this machine.")
            .Validate(options => options.CacheFor >= TimeSpan.Zero, "Sessions cannot be remembered for less than no time.")
            .Validate(options => options.Timeout > TimeSpan.Zero, "The platform needs some time to answer a session check.")
            .Validate(options => options.Scopes.All(Scopes.All.Contains), "The scopes of sessions hold one that does not exist.")
            .ValidateOnStart();
        services.AddSingleton<IPlatformSessions, BetterAuthSessions>();
        services.AddHttpClient(BetterAuthSessions.Client)
            .ConfigureHttpClient(client =>
            {
                client.Timeout = Timeout.InfiniteTimeSpan; // each request has its own, by the service's clock
                client.MaxResponseContentBufferSize = LongestAnswer;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // A jar shared by all callers would hand one person's refreshed session to the next.
                UseCookies = false,
                // A redirect would take the session to an address that nobody configured.
                AllowAutoRedirect = false,
            });
        return services;
    }
}
