using Libra.Deploy.IntegrationTests.Chaos;
using Libra.Deploy.IntegrationTests.Cleanup;
using Libra.Deploy.IntegrationTests.Embedded;
using Libra.Deploy.IntegrationTests.Sandboxes;
using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Libra.Deploy.IntegrationTests;

/// <summary>Runs the tests, or the part of another process that a test has to kill.</summary>
internal static class EntryPoint
{
    public static Task<int> Main(string[] args) => args switch
    {
        [PostgresOwner.Role, var binFolder, var dataFolder] => PostgresOwner.RunAsync(binFolder, dataFolder),
        [ChaosNode.Role, var settings] => ChaosNode.RunAsync(settings),
        [CleanupProcess.Role, var database, var data, var s3, var stopBefore] => CleanupProcess.RunAsync(database, data, s3, stopBefore),
        _ => RunTestsAsync(args),
    };

    private static async Task<int> RunTestsAsync(string[] args)
    {
        using var folder = new RunFolder();
        SandboxTools.PutOnPath();
        // The two ways in which xunit's own entry point, which this one replaces, is started: by `dotnet test` and by hand.
        return args.Any(argument => argument is "--server" or "--internal-msbuild-node")
            ? await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions)
            : await ConsoleRunner.Run(args);
    }
}
