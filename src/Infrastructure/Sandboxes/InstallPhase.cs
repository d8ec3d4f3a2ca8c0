using Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;
using Libra.Deploy.Infrastructure.Sandboxes.Dependencies;
using Libra.Deploy.Infrastructure.Sandboxes.Registry;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>
/// What an install sees: the organization's package cache, its own folder and a socket to the registry. No project code runs in it.
/// </summary>
internal static class InstallPhase
{
    private const string ProxySocket = "/run/proxy.sock";

    public static BubblewrapCommand Describe(BubblewrapMachine machine, OrganizationFolders folders, string folderName)
    {
        // Cache and folder in one mount, because a hard link cannot cross two.
        var command = new BubblewrapCommand(machine)
            .Writable(folders.Store, "/store")
            .ReadOnly(machine.Proxy.SocketPath, ProxySocket)
            .WorkingDirectory($"/store/work/{folderName}");
        foreach (var (name, value) in PackageManagerCommands.Settings("/store/cache", machine.Registry)) command.Variable(name, value);
        return command;
    }

    public static IReadOnlyList<string> Line(IReadOnlyList<string> command) => ["node", "/opt/libra/forward.mjs", ProxySocket, .. command];
}
