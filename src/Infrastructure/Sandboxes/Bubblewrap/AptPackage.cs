using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Downloads a package of a Debian machine without being root and without touching apt's own files.</summary>
internal static class AptPackage
{
    /// <summary>Puts the package's file into the folder and gives its path.</summary>
    public static async Task<string> DownloadAsync(string package, string folder, CancellationToken cancellationToken)
    {
        // apt's own lists first. A fresh machine has none, and old ones name packages that are gone: then with lists of our own.
        var withSystemLists = await Tool.RunAsync(["apt-get", .. Unprivileged, "-qq", "download", package], cancellationToken, folder);
        if (!withSystemLists.Succeeded)
        {
            var options = OwnFolders(Path.Combine(folder, "apt"));
            await Tool.RequireAsync(["apt-get", .. options, "-qq", "update"], cancellationToken, folder);
            await Tool.RequireAsync(["apt-get", .. options, "-qq", "download", package], cancellationToken, folder);
        }

        return Directory.EnumerateFiles(folder, "*.deb").FirstOrDefault()
            ?? throw new InvalidOperationException($"apt-get did not download {package}: {withSystemLists.Error.Trim()}");
    }

    // As root apt becomes another user for its downloads, who cannot write into our folder.
    private static readonly string[] Unprivileged = ["-o", "APT::Sandbox::User=root"];

    private static List<string> OwnFolders(string folder)
    {
        var lists = Path.Combine(folder, "lists");
        var cache = Path.Combine(folder, "cache");
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        Directory.CreateDirectory(Path.Combine(cache, "archives", "partial"));
        return [.. Unprivileged, "-o", $"Dir::State::lists={lists}", "-o", $"Dir::Cache={cache}"];
    }
}
