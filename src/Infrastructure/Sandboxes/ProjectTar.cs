using System.Formats.Tar;
using Libra.Deploy.Application.Deployments.Pipeline;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>Unpacks a project's files: regular files and folders below one folder, nothing else.</summary>
internal static class ProjectTar
{
    public const int MaxFiles = 50_000;
    private const int MaxPathLength = 1024;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <exception cref="SandboxException">The tar holds what a project may not have; code <c>FILE_SYNC_FAILED</c>.</exception>
    public static async Task UnpackAsync(Stream tar, string folder, long maxBytes, CancellationToken cancellationToken)
    {
        long bytes = 0;
        var files = 0;
        await using var reader = new TarReader(tar, leaveOpen: true);
        while (await NextAsync(reader, cancellationToken) is { } entry)
        {
            if (entry.EntryType is TarEntryType.GlobalExtendedAttributes) continue;
            if (RelativePath(entry.Name) is not { } path) continue;

            if (++files > MaxFiles) throw Refused($"The project has more than {MaxFiles} files.");
            bytes += entry.Length;
            if (bytes > maxBytes) throw Refused($"The project is larger than {maxBytes >> 20} MiB.");

            await WriteAsync(entry, Path.Combine(folder, path), path, cancellationToken);
        }
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new SandboxException("FILE_SYNC_FAILED", "The project's files did not arrive as a whole tar.", transient: false, e);
        }
    }

    private static async Task WriteAsync(TarEntry entry, string target, string path, CancellationToken cancellationToken)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                MakeFolder(target);
                return;
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                break;
            default:
                throw Refused($"'{path}' is neither a file nor a folder ({entry.EntryType}).");
        }

        MakeFolder(Path.GetDirectoryName(target)!);
        if (Path.Exists(target)) throw Refused($"'{path}' comes twice.");

        // No link can be in the way, since none is ever written here.
        await using var file = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        // Set rather than given at creation, which the umask would cut: the build's user is not the service's.
        File.SetUnixFileMode(file.SafeFileHandle, entry.Mode.HasFlag(UnixFileMode.UserExecute) ? Executable : Readable);
        if (entry.DataStream is { } data) await data.CopyToAsync(file, cancellationToken);
    }

    private static void MakeFolder(string path)
    {
        if (Directory.Exists(path)) return;
        if (File.Exists(path)) throw Refused($"'{Path.GetFileName(path)}' is both a file and a folder.");

        MakeFolder(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Executable);
    }

    /// <summary>
    /// The path to write, null for one that is left out: the root itself, and dependencies, which the sandbox installs itself.
    /// </summary>
    private static string? RelativePath(string name)
    {
        if (name.Length > MaxPathLength || name.Contains('\0') || name.Contains('\\') || name.StartsWith('/'))
            throw Refused($"'{name}' is not a path of a project.");

        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToArray();
        if (parts.Contains("..")) throw Refused($"'{name}' leads out of the project.");
        return parts.Length == 0 || parts.Contains("node_modules") ? null : string.Join('/', parts);
    }

    private static SandboxException Refused(string message) => new("FILE_SYNC_FAILED", message, transient: false);
}
