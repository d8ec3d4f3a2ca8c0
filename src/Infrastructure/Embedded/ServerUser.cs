using System.Globalization;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>The user that PostgreSQL runs as: this process's own, or as root another one.</summary>
internal sealed class ServerUser
{
    private const int FirstSandboxUser = 210_000;
    private const int LastSandboxUser = 210_999;

    private readonly string? _owner;
    private readonly string[] _become;

    private ServerUser(string? owner, string[] become) => (_owner, _become) = (owner, become);

    /// <summary>True when the server's user is not the one that this process runs as.</summary>
    public bool IsOther => _owner is not null;

    public static ServerUser Choose(IReadOnlyList<string> candidates)
    {
        if (!Environment.IsPrivilegedProcess) return new ServerUser(null, []);

        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':'))
            .Where(fields => fields.Length > 3).ToLookup(fields => fields[0]);
        var chosen = candidates.Select(name => known[name].FirstOrDefault()).FirstOrDefault(
            fields => fields is not null && MayOwnData(fields))
            ?? throw new InvalidOperationException(
                $"PostgreSQL does not run as root, and none of the users {string.Join(", ", candidates)} exists; "
                + $"run `useradd --system {candidates[0]}`.");
        return new ServerUser(
            $"{chosen[2]}:{chosen[3]}",
            [
                "setpriv", $"--reuid={chosen[2]}", $"--regid={chosen[3]}", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
                "--no-new-privs", "--"]);
    }

    /// <summary>The command line that runs the given one as this user.</summary>
    public IReadOnlyList<string> Line(params IEnumerable<string> line) => [.. _become, .. line];

    /// <summary>Whether this user passes one of the shell's file tests on the path, as <c>-w</c>.</summary>
    public async Task<bool> CanAsync(string test, string path, CancellationToken cancellationToken) =>
        (await Tool.RunAsync(Line("sh", "-c", $"[ {test} \"$1\" ]", "sh", path), cancellationToken)).Succeeded;

    /// <summary>Makes this user the owner of one file or folder.</summary>
    public Task GiveAsync(string path, CancellationToken cancellationToken) => ChownAsync("-h", path, cancellationToken);

    /// <summary>Makes this user the owner of the folder and of all below it.</summary>
    public Task GiveTreeAsync(string path, CancellationToken cancellationToken) => ChownAsync("-hR", path, cancellationToken);

    // With -h always: root must not follow a link that the server's user may have made.
    private async Task ChownAsync(string option, string path, CancellationToken cancellationToken)
    {
        if (_owner is not null) await Tool.RequireAsync(["chown", option, _owner, path], cancellationToken);
    }

    private static bool MayOwnData(string[] fields) =>
        int.TryParse(fields[2], CultureInfo.InvariantCulture, out var id)
            && id is not 0 and not (>= FirstSandboxUser and <= LastSandboxUser);
}
