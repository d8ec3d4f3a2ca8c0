using Libra.Deploy.Infrastructure.Processes;
using Libra.Deploy.Infrastructure.Sandboxes.Registry;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>What all bubblewrap sandboxes of this process share.</summary>
/// <param name="Options">As configured.</param>
/// <param name="Bubblewrap">The <c>bwrap</c> program.</param>
/// <param name="Groups">What the machine has for limits over whole trees.</param>
/// <param name="Runner">Runs it.</param>
/// <param name="SystemCallFilter">The file with what sandboxes may not ask of the kernel; null on a machine without such a list.</param>
/// <param name="Proxy">Leads installs to the registry.</param>
/// <param name="Settings">What they share with other local sandboxes.</param>
internal sealed record BubblewrapMachine(
    BubblewrapOptions Options, string Bubblewrap, ControlGroups Groups, BubblewrapRunner Runner, string? SystemCallFilter,
    RegistryProxy Proxy, LocalSandboxSettings Settings)
{
    public SandboxToolchain Tools => Settings.Tools;

    public Uri Registry => Settings.Registry;
}
