using System.Formats.Tar;
using System.Text;

namespace Libra.Deploy.IntegrationTests.Sandboxes;

/// <summary>A project as the tar that the pipeline writes into a sandbox.</summary>
internal static class ProjectFiles
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <remarks>What begins as a program is executable, as in the pipeline.</remarks>
    public static MemoryStream Tar(params ReadOnlySpan<(string Path, string Content)> files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
                    Mode = content.StartsWith("#!", StringComparison.Ordinal) ? Plain | UnixFileMode.UserExecute : Plain,
                });
            }
        }

        tar.Position = 0;
        return tar;
    }
}
