using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Libra.Deploy.Application;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Persistence;
using Libra.Deploy.Infrastructure.Storage;
using Libra.Deploy.IntegrationTests.Logs;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Cleanup;

/// <summary>A second process that cleans up and stops in the middle, for tests that kill it there.</summary>
internal static class CleanupProcess
{
    public const string Role = "clean-up";

    /// <summary>What the second process does: one run, which says so and stands still before one of its removals.</summary>
    /// <param name="s3">The store's settings as JSON; <c>null</c> for a folder.</param>
    /// <param name="stopBefore">The first removal is 1.</param>
    public static async Task<int> RunAsync(string database, string data, string s3, string stopBefore)
    {
        var left = int.Parse(stopBefore, CultureInfo.InvariantCulture);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddApplication();
        services.AddPersistence(database);
        var store = new WatchedStore(History.StoreIn(data, JsonSerializer.Deserialize<S3ObjectStoreOptions?>(s3)))
        {
            BeforeDelete = () => Interlocked.Decrement(ref left) > 0 ? Task.CompletedTask : StandStillAsync(),
        };
        History.AddParts(services, data, store, artifactGrace: TimeSpan.Zero);
        await using var provider = services.BuildServiceProvider();
        await using var scope = provider.CreateAsyncScope();
        var cleaned = await scope.ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CleanupDeploymentsCommand(OrganizationFilter.All, OlderThanDays: 30, KeepPerProject: 0));
        return cleaned.IsError ? 1 : 0;
    }

    /// <returns>True when it was killed in the middle, false when it ended before or found another run under way.</returns>
    public static async Task<bool> KillAsync(string database, string data, S3ObjectStoreOptions? s3, int before)
    {
        string[] arguments = [Role, database, data, JsonSerializer.Serialize(s3), before.ToString(CultureInfo.InvariantCulture)];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return said is not null;
    }

    private static Task StandStillAsync()
    {
        Console.WriteLine("here");
        return Task.Delay(Timeout.Infinite);
    }
}
