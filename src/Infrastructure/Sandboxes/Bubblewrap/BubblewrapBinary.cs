using Libra.Deploy.Infrastructure.Processes;
using Microsoft.Extensions.Logging;

namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Gives a usable <c>bwrap</c>: the machine's own, or one that it unpacks for itself without changing the machine.</summary>
public sealed class BubblewrapBinary(string dataDirectory, ILogger<BubblewrapBinary> logger)
{
    private static readonly TimeSpan FetchPatience = TimeSpan.FromMinutes(5);

    private readonly string _folder = Path.Combine(Path.GetFullPath(dataDirectory), "bubblewrap");

    private string Unpacked => Path.Combine(_folder, "usr", "bin", "bwrap");

    /// <summary>
    /// The absolute path of the program; fetches it when the machine has none. Safe to ask from several processes at once.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none and it cannot be fetched; the message says what to run.</exception>
    public async Task<string> LocateAsync(CancellationToken cancellationToken)
    {
        if (ProgramPath.Find("bwrap") is { } installed
            && await BubblewrapVersion.OfAsync(installed, cancellationToken) >= BubblewrapVersion.Oldest) return installed;
        return await UnpackAsync(cancellationToken);
    }

    /// <summary>The same for a machine that has none.</summary>
    internal async Task<string> UnpackAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Unpacked)) return Unpacked;
        if (ProgramPath.Find("apt-get") is null || ProgramPath.Find("dpkg-deb") is null)
            throw new InvalidOperationException(Refusal(ProgramPath.Find));

        Directory.CreateDirectory(Path.GetDirectoryName(_folder)!);
        using var held = await LockFile.TryAcquireAsync(_folder + ".lock", FetchPatience, cancellationToken)
            ?? throw new InvalidOperationException(
                $"Another process has been fetching bubblewrap into {_folder} for {FetchPatience.TotalMinutes:0} minutes; "
                + "stop it and start again.");
        if (!File.Exists(Unpacked)) await FetchAsync(cancellationToken);
        return Unpacked;
    }

    /// <summary>What an operator runs where there is no apt-get.</summary>
    internal static string Refusal(Func<string, string?> find)
    {
        string[] commands = ["dnf install bubblewrap", "apk add bubblewrap", "pacman -S bubblewrap", "zypper install bubblewrap"];
        var command = commands.FirstOrDefault(command => find(command.Split(' ')[0]) is not null);
        return command is null
            ? $"Builds need bubblewrap {BubblewrapVersion.Oldest} or newer (the program bwrap); "
                + "install it with the package manager of this machine."
            : $"Builds need bubblewrap {BubblewrapVersion.Oldest} or newer; run `{command}`.";
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        logger.LogInformation("Fetching bubblewrap into {Folder}; nothing is installed on the machine", _folder);
        var unfinished = _folder + ".new";
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        var tree = Path.Combine(unfinished, "tree");
        Directory.CreateDirectory(tree);

        var package = await AptPackage.DownloadAsync("bubblewrap", unfinished, cancellationToken);
        await Tool.RequireAsync(["dpkg-deb", "-x", package, tree], cancellationToken);
        await CheckAsync(Path.Combine(tree, "usr", "bin", "bwrap"), cancellationToken);
        Directory.Move(tree, _folder);
        Directory.Delete(unfinished, recursive: true);
    }

    private static async Task CheckAsync(string program, CancellationToken cancellationToken)
    {
        var libraries = await Tool.RunAsync(["ldd", program], cancellationToken);
        var missing = MissingLibraries(libraries.Output);
        if (missing.Count > 0)
            throw new InvalidOperationException(
                $"bubblewrap needs {string.Join(" and ", missing)}; run `apt-get install bubblewrap`, which brings them.");

        var version = await BubblewrapVersion.OfAsync(program, cancellationToken);
        if (version is null) throw new InvalidOperationException("The bubblewrap of this machine's package source does not run here.");
        if (version < BubblewrapVersion.Oldest)
        {
            throw new InvalidOperationException(
                $"This machine's package source has bubblewrap {version}, and builds need {BubblewrapVersion.Oldest} or newer; "
                + "put a newer bwrap on PATH.");
        }
    }

    /// <summary>The libraries that ldd did not find.</summary>
    internal static IReadOnlyList<string> MissingLibraries(string lddOutput) =>
        [
            .. lddOutput.Split('\n')
            .Where(line => line.TrimEnd().EndsWith("=> not found", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];
}
