using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>A folder of ours in a place where anybody may make folders.</summary>
internal static class PrivateFolder
{
    // Others may pass through, because the server's user has a folder inside; nobody else may list or write.
    private const UnixFileMode Passable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder, or takes it when this very user made it earlier.</summary>
    /// <exception cref="InvalidOperationException">Somebody else made it, or it is a link.</exception>
    public static async Task EnsureAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path).LinkTarget is null) Directory.CreateDirectory(path, Passable);
        var ours = await Tool.RunAsync(["sh", "-c", "[ -d \"$1\" ] && [ ! -L \"$1\" ] && [ -O \"$1\" ]", "sh", path], cancellationToken);
        if (!ours.Succeeded)
        {
            throw new InvalidOperationException(
                $"{path} was made by somebody else and is not used; remove it, or choose a data folder that the server's user can enter.");
        }

        File.SetUnixFileMode(path, Passable);
    }
}
