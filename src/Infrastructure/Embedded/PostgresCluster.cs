using System.Security.Cryptography;
using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>The data folder of a server and the password of its one user.</summary>
internal static class PostgresCluster
{
    public const string User = "libra";

    /// <summary>Makes the cluster when there is none yet, and gives its password.</summary>
    public static async Task<string> EnsureAsync(
        ServerFolders folders, PostgresPrograms programs, ServerUser user, bool durable, ILogger logger,
        CancellationToken cancellationToken)
    {
        var exists = File.Exists(Path.Combine(folders.Data, "PG_VERSION"));
        if (exists && File.Exists(folders.Password)) return await File.ReadAllTextAsync(folders.Password, cancellationToken);
        if (exists) await DiscardAsync(folders, logger, cancellationToken);

        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await InitializeAsync(folders, programs, user, durable, password, cancellationToken);
        return password;
    }

    private static async Task DiscardAsync(ServerFolders folders, ILogger logger, CancellationToken cancellationToken)
    {
        if (!folders.AreApart)
        {
            throw new InvalidOperationException(
                $"{folders.Password} is gone, and without it nobody can use {folders.Data}; "
                + $"restore it, or remove {folders.Server} with all its data.");
        }

        // Somebody removed the data folder to begin anew, and could not know of the part elsewhere.
        logger.LogWarning("The data in {Data} belongs to a data folder that was removed, and is removed as well", folders.Data);
        await OrphanedServer.StopAsync(folders.Data, logger, cancellationToken);
        Directory.Delete(folders.Data, recursive: true);
    }

    private static async Task InitializeAsync(
        ServerFolders folders, PostgresPrograms programs, ServerUser user, bool durable, string password,
        CancellationToken cancellationToken)
    {
        var unfinished = folders.Data + ".new";
        var passwordForInitDb = Path.Combine(folders.Server, "password.new");
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        WritePrivate(passwordForInitDb, password);
        await user.GiveAsync(passwordForInitDb, cancellationToken);
        List<string> arguments =
        [
            "-D", unfinished, "-U", User, $"--pwfile={passwordForInitDb}", "-A", "scram-sha-256",
            "-E", "UTF8", "--locale=C.UTF-8", "--locale-provider=builtin",
        ];
        if (!durable) arguments.Add("--no-sync");
        await Tool.RequireAsync(user.Line([programs.InitDb, .. arguments]), cancellationToken);
        File.Delete(passwordForInitDb);

        // Password first: data without one is worth nothing. The rename last, so that a half-made cluster is never used.
        WritePrivate(folders.Password, password);
        Directory.Move(unfinished, folders.Data);
    }

    private static void WritePrivate(string path, string text)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        using var writer = new StreamWriter(file);
        writer.Write(text);
    }
}
