using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Archive;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Queue;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Application;

/// <summary>Registers every use case of this assembly.</summary>
public static class DependencyInjection
{
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.AddTransient<ServiceFactory>(provider => provider.GetService!);
        services.AddTransient<IMediator, Mediator>();
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(LoggingBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(ValidationBehavior<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(TransactionBehavior<,>));
        AddHandlers(services, typeof(IRequestHandler<,>));
        AddHandlers(services, typeof(INotificationHandler<>));
        services.AddValidatorsFromAssembly(typeof(DependencyInjection).Assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddScoped<DeploymentAcceptance>();
        services.AddScoped<DeploymentRepetition>();
        services.AddScoped<DeadLetterReplay>();
        services.AddPipeline();
        services.AddSingleton<DeploymentArchive>();
        services.AddSingleton<DeploymentResults>();
        services.AddSingleton<SharedDeploymentViews>();
        AddHealth(services);
        return services;
    }

    // The monitors remember what they found, so there is one of each, whatever asks.
    private static void AddHealth(IServiceCollection services) => services.AddSingleton(provider => new HealthMonitor(
        provider.GetServices<IDependencyProbe>().Select(probe => new DependencyMonitor(
            probe, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<HealthMonitor>>()))));

    private static void AddHandlers(IServiceCollection services, Type handler) => services.Scan(scan => scan
        .FromAssemblyOf<IUnitOfWork>()
        .AddClasses(classes => classes.AssignableTo(handler).Where(type => !type.IsGenericTypeDefinition), publicOnly: false)
        .AsImplementedInterfaces(contract => contract.IsGenericType && contract.GetGenericTypeDefinition() == handler)
        .WithTransientLifetime());
}
