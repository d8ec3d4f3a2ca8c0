using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Downloads a package of a Debian machine without being root and without touching apt's own files.</summary>
internal static class AptPackage
{
    /// <summary>Puts the package's file into the folder and gives its path.</summary>
    /// <exception cref="InvalidOperationException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<string> DownloadAsync(string package, string folder, CancellationToken cancellationToken)
    {
        // apt's own lists first. A fresh machine has none, and old ones name packages that are gone: then with lists of our own.
        var withSystemLists = await Tool.RunAsync(["apt-get", .. Unprivileged, "-qq", "download", package], cancellationToken, folder);
        if (!withSystemLists.Succeeded)
        {
            var options = OwnFolders(Path.Combine(folder, "apt"));
            var updated = await Tool.RunAsync(["apt-get", .. options, "-qq", "update"], cancellationToken, folder);
            var fetched = await Tool.RunAsync(["apt-get", .. options, "-qq", "download", package], cancellationToken, folder);
            if (!fetched.Succeeded) throw new InvalidOperationException(Refusal(package, updated.Error, fetched.Error));
        }

        return Directory.EnumerateFiles(folder, "*.deb").FirstOrDefault()
            ?? throw new InvalidOperationException($"apt-get did not download {package}: {withSystemLists.Error.Trim()}");
    }

    /// <summary>
    /// Without a network apt calls its update a success and only warns; what it warned of is the cause, the rest follows.
    /// </summary>
    internal static string Refusal(string package, string updateErrors, string downloadErrors)
    {
        var causes = updateErrors.Split('\n').Concat(downloadErrors.Split('\n')).Select(line => line.Trim());
        var cause = causes.FirstOrDefault(line => line.StartsWith("W: ", StringComparison.Ordinal)
            || line.StartsWith("E: ", StringComparison.Ordinal));
        return $"{package} is not on this machine and cannot be fetched from its package source "
            + $"({cause?[3..] ?? "apt-get gave no reason"}). "
            + $"Check the machine's network and apt's sources, or install {package} beforehand.";
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
