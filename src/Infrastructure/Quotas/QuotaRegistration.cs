using Libra.Deploy.Application.Quotas;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Infrastructure.Quotas;

/// <summary>Registers the ledger and the plans.</summary>
public static class QuotaRegistration
{
    public static IServiceCollection AddQuotas(this IServiceCollection services)
    {
        services.AddScoped<IQuotaPlans, QuotaPlans>();
        services.AddScoped<QuotaCharges>();
        services.AddScoped<IQuotaCharges>(provider => provider.GetRequiredService<QuotaCharges>());
        services.AddScoped<IQuotaLedger>(provider => provider.GetRequiredService<QuotaCharges>());
        return services;
    }
}
