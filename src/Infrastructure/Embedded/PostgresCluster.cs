using System.Security.Cryptography;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>The data folder of a server and the password of its one user.</summary>
internal static class PostgresCluster
{
    public const string User = "libra";

    /// <summary>Makes the cluster when there is none yet, and gives its password.</summary>
    /// <exception cref="InvalidOperationException">Only one of data and password is there; the message says what to do.</exception>
    public static async Task<string> EnsureAsync(
        ServerFolders folders, PostgresPrograms programs, ServerUser user, bool durable, CancellationToken cancellationToken)
    {
        var (owner, unfinished) = (folders.Owner, Directory.Exists(Unfinished(folders)));
        switch (File.Exists(Path.Combine(folders.Data, "PG_VERSION")), File.Exists(owner.Password))
        {
            case (true, true):
                return await File.ReadAllTextAsync(owner.Password, cancellationToken);
            case (true, false):
                throw new InvalidOperationException(
                    $"{owner.Password} is gone, and without it nobody can use {folders.Data}; "
                    + $"restore it, or remove {folders.Server} with all its data.");
            case (false, true) when !unfinished:
                throw new InvalidOperationException(
                    $"{folders.Data} is gone, to which the password in {owner.Path} belongs; bring it back, or write the folder that "
                    + $"holds server/data now (earlier versions had it below /var/tmp) into {owner.Place}, or remove {owner.Path} "
                    + "to begin anew.");
        }

        // The password goes before what is unfinished: alone it means that data has been lost.
        File.Delete(owner.Password);
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        await InitializeAsync(folders, programs, user, durable, password, cancellationToken);
        return password;
    }

    private static string Unfinished(ServerFolders folders) => folders.Data + ".new";

    private static async Task InitializeAsync(
        ServerFolders folders, PostgresPrograms programs, ServerUser user, bool durable, string password,
        CancellationToken cancellationToken)
    {
        var unfinished = Unfinished(folders);
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
        WritePrivate(folders.Owner.Password, password);
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
