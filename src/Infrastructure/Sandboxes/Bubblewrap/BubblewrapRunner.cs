using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Runs commands in bubblewrap, with the limits that this machine can enforce.</summary>
internal sealed class BubblewrapRunner(ControlGroups groups, TimeProvider clock)
{
    private const long MaxFileBytes = 1L << 30;

    /// <param name="command">What is visible inside.</param>
    /// <param name="line">What to run there.</param>
    /// <param name="bounds">User, limits and time.</param>
    /// <param name="gate">Takes the output.</param>
    /// <param name="result">Takes what the command writes to descriptor 3.</param>
    /// <param name="cancellationToken">Kills everything inside, then throws.</param>
    /// <exception cref="SandboxException">bubblewrap itself failed, or was killed from outside.</exception>
    public async Task<SandboxExit> RunAsync(
        BubblewrapCommand command, IReadOnlyList<string> line, BubblewrapBounds bounds, OutputGate gate, Stream result,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var group = groups.Create(bounds.Name, bounds.Limits.MemoryBytes, bounds.Limits.MaxProcesses);
        try
        {
            using var run = new SandboxRun(bounds.Timeout, clock, group);
            var child = await ChildProcess.StartAsync(command.ToArguments(Describe(bounds, run, group), line));
            var (exit, reported) = await run.RunAsync(child, gate, result, bounds.Limits.DiskBytes, cancellationToken);
            if (reported is null && exit.Reason is SandboxExitReason.Exited or SandboxExitReason.Signaled)
            {
                throw new SandboxException(
                    "SANDBOX_COMMAND_FAILED", "The sandbox itself failed or was stopped from outside; its last lines of output say more.",
                    transient: true);
            }

            return exit;
        }
        finally
        {
            if (group is not null) await group.RemoveAsync();
        }
    }

    private static BubblewrapRun Describe(BubblewrapBounds bounds, SandboxRun run, ControlGroup? group) => new()
    {
        UserId = bounds.UserId,
        MaxProcesses = bounds.Limits.MaxProcesses,
        RunsOfUser = bounds.RunsOfUser,
        MaxFileBytes = MaxFileBytes,
        MemoryBytes = bounds.Limits.MemoryBytes,
        ControlGroupFiles = group?.JoinFiles ?? [],
        Descriptors = run.Descriptors,
        StatusDescriptor = SandboxRun.StatusDescriptor,
    };
}

/// <summary>Who runs a command, for how long and with how much.</summary>
/// <param name="RunsOfUser">How many at most have this user at once: Linux counts their processes together.</param>
internal sealed record BubblewrapBounds(string Name, int UserId, int RunsOfUser, SandboxLimits Limits, TimeSpan Timeout)
{
    /// <summary>Of a package manager, or of the service itself; nothing that a project brings along runs as its user.</summary>
    public static BubblewrapBounds OfInstaller(string name, BubblewrapOptions options, SandboxLimits limits, TimeSpan timeout) =>
        new(name, options.InstallerUserId, options.Slots, limits, timeout);

    /// <summary>Of project code.</summary>
    public static BubblewrapBounds OfBuilder(string name, BubblewrapOptions options, int slot, SandboxLimits limits, TimeSpan timeout) =>
        new(name, options.FirstBuilderUserId + slot, HostUser.IsRoot ? 1 : options.Slots, limits, timeout);
}
