using Libra.Deploy.Application.RateLimits;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.RateLimits;

/// <summary>Registers the rate limit.</summary>
public static class RateLimitRegistration
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services) => services.AddSingleton<IRateLimiter, RateLimiter>();
}
