using System.Text.Json;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>PostgreSQL's programs at a place where the server's user can run them.</summary>
internal sealed record PostgresPrograms(string Folder)
{
    public string Postgres => Path.Combine(Folder, "postgres");

    public string InitDb => Path.Combine(Folder, "initdb");

    public static async Task<PostgresPrograms> PrepareAsync(
        string binFolder, ServerUser user, ServerFolders folders, CancellationToken cancellationToken)
    {
        var installed = new PostgresPrograms(Path.GetFullPath(binFolder));
        var native = Path.GetDirectoryName(installed.Folder)!;
        LinkLibraries(native);
        if (await user.CanAsync("-x", installed.Postgres, cancellationToken)) return installed;

        // By version, so that new pins are not run from an old copy.
        var copy = Path.Combine(folders.Server, $"native-{VersionOf(Path.GetDirectoryName(native)!)}");
        if (!Directory.Exists(copy)) await CopyAsync(native, copy, user, cancellationToken);
        return new PostgresPrograms(Path.Combine(copy, "bin"));
    }

    /// <summary>Gives the libraries the short names under which the programs look for them.</summary>
    /// <remarks>A package cannot hold links, so it lists them for an install script; install scripts do not run here.</remarks>
    private static void LinkLibraries(string native)
    {
        var list = Path.Combine(native, "pg-symlinks.json");
        if (!File.Exists(list)) return;

        using var links = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var path = Path.Combine(Path.GetDirectoryName(native)!, link.GetProperty("target").GetString()!);
            if (!Path.Exists(path)) Link(path, Path.GetFileName(link.GetProperty("source").GetString()!));
        }
    }

    private static void Link(string path, string target)
    {
        try
        {
            File.CreateSymbolicLink(path, target);
        }
        catch (IOException) when (Path.Exists(path))
        {
            // Another process has just made the same link.
        }
        catch (UnauthorizedAccessException e)
        {
            throw new InvalidOperationException(
                $"PostgreSQL's libraries in {Path.GetDirectoryName(path)} lack their links; "
                + "start the service once as the owner of that folder.",
                e);
        }
    }

    private static async Task CopyAsync(string from, string to, ServerUser user, CancellationToken cancellationToken)
    {
        var unfinished = to + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        await Tool.RequireAsync(["cp", "-a", from, unfinished], cancellationToken);
        await user.GiveTreeAsync(unfinished, cancellationToken);
        Directory.Move(unfinished, to);
    }

    private static string VersionOf(string package)
    {
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "package.json")));
        return manifest.RootElement.GetProperty("version").GetString()!;
    }
}
