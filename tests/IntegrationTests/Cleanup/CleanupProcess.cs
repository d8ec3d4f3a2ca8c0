using System.Diagnostics;
using Libra.Deploy.Application;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Infrastructure.Persistence;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>A second process that cleans up, for tests that kill it.</summary>
internal static class CleanupProcess
{
    public const string Role = "clean-up";

    /// <summary>What the second process does: one run, without regard to age or number but for what is live.</summary>
    public static async Task<int> RunAsync(string database, string data)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddApplication();
        services.AddPersistence(database);
        History.AddParts(services, data, artifactGrace: TimeSpan.Zero);
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var cleaned = await scope.ServiceProvider.GetRequiredService<IMediator>().Send(new CleanupDeploymentsCommand(OrganizationFilter.All, OlderThanDays: 30, KeepPerProject: 0));
        return cleaned.IsError ? 1 : 0;
    }

    public static Process Start(string database, string data) => Process.Start(Environment.ProcessPath!, [Role, database, data]);
}
