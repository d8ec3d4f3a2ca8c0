using Libra.Deploy.Infrastructure.Sandboxes;

namespace Libra.Deploy.UnitTests.Sandboxes;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task Start_WhenTheCallersThreadEnds_TheChildLivesOn()
    {
        // As bubblewrap does, the child asks to be killed when its parent dies, and to Linux that parent is a thread.
        ChildProcess child = null!;
        var caller = new Thread(() =>
        {
            child = ChildProcess.StartAsync(
                ["/usr/bin/setpriv", "--pdeathsig", "KILL", "sh", "-c", "trap 'exit 7' TERM; echo $$; while :; do sleep 0.1; done"]).Result;
        });
        caller.Start();
        caller.Join();
        using var owned = child;
        var id = await new StreamReader(child.Stdout).ReadLineAsync(TestContext.Current.CancellationToken);

        using (var terminate = System.Diagnostics.Process.Start("kill", ["-TERM", id!]))
            await terminate.WaitForExitAsync(TestContext.Current.CancellationToken);

        (await child.Exited).Should().Be(7, "only the signal of this test may end it");
    }

    [Fact]
    public async Task Start_WhenTheServiceHasAnEnvironment_TheChildHasNone()
    {
        using var child = await ChildProcess.StartAsync(["/usr/bin/env"]);

        (await new StreamReader(child.Stdout).ReadToEndAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();
        (await child.Exited).Should().Be(0);
    }
}
