using ErrorOr;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.WebApi.Composition;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Libra.Deploy.Benchmarks.Machine;

/// <summary>The whole service as a child process.</summary>
internal static class ServiceNode
{
    /// <summary>As it is.</summary>
    public const string Argument = "node";

    /// <summary>
    /// With a target that does nothing, so that of a static project only queue, journal, log and artifact are left to measure.
    /// </summary>
    public const string WithoutTarget = "node-without-target";

    public static async Task RunAsync(bool withTarget)
    {
        await using var host = await LibraHost.CreateAsync([], replace: services =>
        {
            if (!withTarget) services.Replace(ServiceDescriptor.Singleton<IDeployTarget, NoTarget>());
        });
        await host.App.StartAsync();
        Console.WriteLine($"{ChildNode.ReadyLine}{new Uri(host.Address).Port}");
        await host.App.WaitForShutdownAsync();
    }

    private sealed class NoTarget : IDeployTarget
    {
        public string Name => "none";

        public Uri AddressOf(WorkerName worker) => new($"http://{worker.Value}.localhost");

        public Task<ErrorOr<Success>> CheckAsync(CancellationToken cancellationToken) => Done;

        public Task<ErrorOr<Success>> PublishAsync(PublishRequest request, CancellationToken cancellationToken) => Done;

        public Task<ErrorOr<Success>> VerifyAsync(PublishRequest request, CancellationToken cancellationToken) => Done;

        private static Task<ErrorOr<Success>> Done => Task.FromResult<ErrorOr<Success>>(Result.Success);
    }
}
