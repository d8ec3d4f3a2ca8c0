using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>The folders of one server.</summary>
/// <param name="Owner">This process's part: lock and password.</param>
/// <param name="Server">What the server's user owns: data, log and perhaps a copy of the programs.</param>
internal sealed record ServerFolders(string Owner, string Server)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Lock => Path.Combine(Owner, "lock");

    public string OwnerProcess => Path.Combine(Owner, "owner.pid");

    public string Password => Path.Combine(Owner, "password");

    public string Data => Path.Combine(Server, "data");

    public string Log => Path.Combine(Server, "server.log");

    /// <summary>True when the server's part had to move, because its user cannot enter the owner's folder.</summary>
    public bool AreApart => !Server.StartsWith(Owner + "/", StringComparison.Ordinal);

    public static async Task<ServerFolders> PrepareAsync(
        string dataFolder, ServerUser user, ILogger logger, CancellationToken cancellationToken)
    {
        var owner = Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder));
        Directory.CreateDirectory(owner);
        // The server's user passes through to its own folder below.
        File.SetUnixFileMode(owner, user.IsOther ? Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Private);

        var beside = new ServerFolders(owner, await MakeAsync(owner, user, cancellationToken));
        if (await user.CanAsync("-w", beside.Server, cancellationToken)) return beside;

        // A checkout below /root, for instance, which only root can enter.
        var elsewhere = Path.Combine(
            "/var/tmp", "libra-pg-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner)))[..12]);
        await PrivateFolder.EnsureAsync(elsewhere, cancellationToken);
        logger.LogInformation("PostgreSQL keeps its data in {Folder}, because its user cannot enter {DataFolder}", elsewhere, owner);
        return new ServerFolders(owner, await MakeAsync(elsewhere, user, cancellationToken));
    }

    private static async Task<string> MakeAsync(string parent, ServerUser user, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(parent, "server");
        Directory.CreateDirectory(folder, Private);
        // Again at each start: an earlier one may have ended right after making it.
        await user.GiveAsync(folder, cancellationToken);
        return folder;
    }
}
