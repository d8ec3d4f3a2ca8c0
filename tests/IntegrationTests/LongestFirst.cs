using Libra.Deploy.IntegrationTests;
using Libra.Deploy.IntegrationTests.Chaos;
using Libra.Deploy.IntegrationTests.Cleanup;
using Libra.Deploy.IntegrationTests.Cloudflare;
using Libra.Deploy.IntegrationTests.Deployments;
using Libra.Deploy.IntegrationTests.Logs;
using Libra.Deploy.IntegrationTests.Production;
using Libra.Deploy.IntegrationTests.Projects;
using Libra.Deploy.IntegrationTests.Sandboxes;
using Libra.Deploy.IntegrationTests.Service;
using Libra.Deploy.IntegrationTests.Targets;
using Xunit.Sdk;
using Xunit.v3;

// More than a small machine has cores: most of the time a test waits for a lease, a build or a process that it started.
[assembly: Parallelization(MaxThreads = 6)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Libra.Deploy.IntegrationTests;

/// <summary>Starts the classes that take minutes first, so that none of them runs on alone when all others are done.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly Type[] Long =
    [
        // Those that mostly wait, before those that mostly compute.
        typeof(ChaosTests), typeof(KilledUploadTests), typeof(ProductionWalkTests), typeof(CustomDomainTests), typeof(KilledCleanupTests),
        typeof(LiveLogTests), typeof(DeployStormTests), typeof(LocalTargetLifeTests), typeof(DeployTests), typeof(InstallTests),
    ];

    /// <inheritdoc />
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => PlaceOf(collection))];

    // A class without a collection of its own is in one that is named after it.
    private static int PlaceOf(ITestCollection collection)
    {
        var place = Array.FindIndex(Long, type => collection.TestCollectionDisplayName.Contains($"{type.FullName} ", StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}
