using System.Diagnostics;
using System.Globalization;

namespace Libra.Deploy.IntegrationTests.Targets;

/// <summary>The promise that no workerd outlives the service, tried with processes that do not want to end.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class WorkerdGuardTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("exec sleep 1000")]
    [InlineData("trap '' TERM INT HUP; while :; do sleep 1; done")]
    public Task Guard_WhenTheServiceIsKilled_EndsTheCommandWithinFiveSeconds(string command) =>
        Promise.IsKeptAsync(Limit, () => KillServiceOfAsync(command));

    private static async Task<TimeSpan> KillServiceOfAsync(string command)
    {
        // The sleep stands for the service: it holds the only other end of the guard's stdin, and is killed without warning.
        const string Script = "sleep 1000 | /bin/sh \"$0\" -- /bin/sh -c \"echo child \\$\\$ >&3; $1\"";
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, LocalSites.Runtime.WorkerdGuard, command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true, // the shell reports there what was killed
        };
        using var service = Process.Start(start)!;
        var said = await service.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        var child = int.Parse(said!.Split(' ')[1], CultureInfo.InvariantCulture);
        Process? holder = null;
        await Eventually.BecomesTrueAsync(
            () => (holder = Array.Find(Process.GetProcesses(), process => process.ProcessName == "sleep" && ParentOf(process.Id) == service.Id))
                is not null,
            Eventually.Patience, "the shell on the left becomes the sleep");

        holder!.Kill();

        var started = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrueAsync(() => !IsRunning(child), Eventually.Patience, "nothing of a site may outlive the service");
        var taken = Stopwatch.GetElapsedTime(started);
        await service.WaitForExitAsync().WaitAsync(Eventually.Patience);
        return taken;
    }

    [Fact]
    public async Task Guard_WhenTheCommandEnds_EndsWithItsCode()
    {
        var start = new ProcessStartInfo(
            "/bin/sh", [LocalSites.Runtime.WorkerdGuard, "--", "/bin/sh", "-c", "exit 7"])
        {
            RedirectStandardInput = true,
        };
        using var guard = Process.Start(start)!;

        await guard.WaitForExitAsync().WaitAsync(Eventually.Patience);

        guard.ExitCode.Should().Be(7);
    }

    private static bool IsRunning(int id) => Stat(id) is [_, var state, ..] && state != "Z";

    private static int ParentOf(int id) => Stat(id) is [_, _, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    // Of /proc/{id}/stat: what follows the name in parentheses.
    private static string[] Stat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return ["", .. text[(text.LastIndexOf(')') + 2)..].Split(' ')];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
