using Libra.Deploy.Application.Idempotency;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Idempotency;

/// <summary>Registers the memory of idempotency keys.</summary>
public static class IdempotencyRegistration
{
    public static IServiceCollection AddIdempotency(this IServiceCollection services) =>
        services.AddScoped<IIdempotencyStore, IdempotencyStore>();
}
