using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>The folders of one server.</summary>
/// <param name="Owner">This process's part: lock and password.</param>
/// <param name="Server">What the server's user owns: data, log and perhaps a copy of the programs.</param>
internal sealed record ServerFolders(OwnerFolder Owner, string Server)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Data => Path.Combine(Server, "data");

    public string Log => Path.Combine(Server, "server.log");

    /// <summary>Taken beside the owner's, because a copy of the owner's folder names the same place.</summary>
    public string? Lock => AreApart ? Path.Combine(Path.GetDirectoryName(Server)!, "lock") : null;

    private bool AreApart => !Server.StartsWith(Owner.Path + "/", StringComparison.Ordinal);

    /// <summary>Finds the server's part where it is, or makes one where the server's user can enter.</summary>
    /// <remarks>Only for who holds the owner's lock: data may move.</remarks>
    public static async Task<ServerFolders> PrepareAsync(
        OwnerFolder owner, ServerUser user, EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        if (File.Exists(owner.Place))
        {
            var place = (await File.ReadAllTextAsync(owner.Place, cancellationToken)).Trim();
            return new ServerFolders(owner, await MakePlaceAsync(place, user, cancellationToken));
        }

        var beside = new ServerFolders(owner, await MakeAsync(owner.Path, user, cancellationToken));
        if (await user.CanAsync("-w", beside.Server, cancellationToken)) return beside;

        // A checkout below /root, for instance, which only root can enter.
        var elsewhere = await ChoosePlaceAsync(owner, options, logger, cancellationToken);
        logger.LogInformation(
            "PostgreSQL keeps its data in {Folder}, because its user cannot enter {DataFolder}", elsewhere, owner.Path);
        return new ServerFolders(owner, await MakePlaceAsync(elsewhere, user, cancellationToken));
    }

    /// <summary>A place of its own, written down so that the data is found again when the owner's folder has moved.</summary>
    private static async Task<string> ChoosePlaceAsync(
        OwnerFolder owner, EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        await PrivateFolder.EnsureAsync(options.SharedFolder, cancellationToken);
        var place = Path.Combine(options.SharedFolder, Guid.NewGuid().ToString("N")[..12]);
        var earlier = EarlierPlace(owner, options);
        if (File.Exists(owner.Password) && File.Exists(Path.Combine(earlier, "server", "data", "PG_VERSION")))
        {
            await PrivateFolder.EnsureAsync(earlier, cancellationToken);
            await OrphanedServer.StopAsync(Path.Combine(earlier, "server", "data"), logger, cancellationToken);
            // Copied and on the disk before it is written down, and removed only then: a start may end at any point.
            await CopyAsync(earlier, place, Path.Combine(options.SharedFolder, KeyOf(owner) + ".new"), cancellationToken);
            await WriteDownAsync(owner, place, cancellationToken);
            Directory.Delete(earlier, recursive: true);
            logger.LogInformation("PostgreSQL's data moved from {Earlier}, where files that nobody uses are removed", earlier);
            return place;
        }

        await WriteDownAsync(owner, place, cancellationToken);
        return place;
    }

    /// <param name="from">What is copied.</param>
    /// <param name="to">Where all of it is to be, or nothing.</param>
    /// <param name="unfinished">The same at each start of an owner: what one leaves that is killed is gone with the next.</param>
    private static async Task CopyAsync(string from, string to, string unfinished, CancellationToken cancellationToken)
    {
        Remove(unfinished);
        try
        {
            await Tool.RequireAsync(["cp", "-a", from, unfinished], cancellationToken);
        }
        catch (InvalidOperationException)
        {
            Remove(unfinished); // a full disk may be why, and the start may not be tried again
            throw;
        }

        Directory.Move(unfinished, to);
        await Tool.RequireAsync(["sync", "-f", to], cancellationToken);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private static async Task WriteDownAsync(OwnerFolder owner, string place, CancellationToken cancellationToken)
    {
        var unfinished = owner.Place + ".new";
        await File.WriteAllTextAsync(unfinished, place + "\n", cancellationToken);
        File.Move(unfinished, owner.Place, overwrite: true);
    }

    /// <summary>Where the data lay before the place was written down: systemd-tmpfiles removes there what lies for a month.</summary>
    private static string EarlierPlace(OwnerFolder owner, EmbeddedPostgresOptions options) =>
        Path.Combine(options.EarlierSharedFolder, "libra-pg-" + KeyOf(owner));

    private static string KeyOf(OwnerFolder owner) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(owner.Path)))[..12];

    private static async Task<string> MakePlaceAsync(string place, ServerUser user, CancellationToken cancellationToken)
    {
        await PrivateFolder.EnsureAsync(place, cancellationToken);
        return await MakeAsync(place, user, cancellationToken);
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
