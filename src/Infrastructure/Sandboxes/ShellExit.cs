using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Reads the exit codes of shells and of bubblewrap.</summary>
internal static class ShellExit
{
    private const int Signals = 128; // 128 + n is a death by signal n
    private const int LastSignal = Signals + 64;

    /// <param name="code">Null when who ran the command says that a signal ended it.</param>
    public static SandboxExit Of(int? code) => code is null or (> Signals and <= LastSignal)
        ? new SandboxExit(SandboxExitReason.Signaled, null)
        : new SandboxExit(SandboxExitReason.Exited, code);
}
