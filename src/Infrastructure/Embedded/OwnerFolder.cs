namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>This process's part of a server: the lock, the password, and where the server's part lies when that is elsewhere.</summary>
internal sealed record OwnerFolder(string Path)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public string Lock => System.IO.Path.Combine(Path, "lock");

    public string Process => System.IO.Path.Combine(Path, "owner.pid");

    public string Password => System.IO.Path.Combine(Path, "password");

    /// <summary>Holds the path of the folder that was chosen once for the server's part; absent when it is inside this one.</summary>
    public string Place => System.IO.Path.Combine(Path, "server-folder");

    public static OwnerFolder Prepare(string dataFolder, ServerUser user)
    {
        var folder = new OwnerFolder(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(dataFolder)));
        Directory.CreateDirectory(folder.Path);
        // The server's user passes through to its own folder below.
        File.SetUnixFileMode(folder.Path, user.IsOther ? Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Private);
        return folder;
    }
}
