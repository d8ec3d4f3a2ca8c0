namespace Libra.Deploy.Application.Storage;

/// <summary>Makes streams for what is too large for memory and not worth a place in a store.</summary>
public static class TemporaryStream
{
    private const int BufferSize = 1 << 16;

    /// <summary>Opens an empty one on disk, which goes when it is closed.</summary>
    public static FileStream Open()
    {
        var path = Path.Combine(Path.GetTempPath(), $"libra-{Path.GetRandomFileName()}");
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Options = FileOptions.Asynchronous,
            BufferSize = BufferSize,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite, // a project's files pass through here
        });
        // An open file needs no name; without one, a process that is killed leaves nothing behind.
        File.Delete(path);
        return stream;
    }
}
