namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>A new folder that goes away with this object, unless it was moved elsewhere.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
    }

    public string Path { get; }

    public void Dispose() => Remove(Path);

    /// <summary>Removes a folder with its content; one that is not there (any more) is not an error.</summary>
    public static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // moved, or another process was faster
        }
    }
}
