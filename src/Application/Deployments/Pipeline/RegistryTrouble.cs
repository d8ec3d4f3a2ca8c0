using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Tells a registry that is down from a package that does not exist, by what the package managers print.</summary>
/// <remarks>
/// What they print quotes names and versions of the project, so that a code counts only where they put their own: with the words around
/// it, from the beginning of the line. Neither pattern backtracks, because a stranger wrote what is quoted.
/// </remarks>
internal static partial class RegistryTrouble
{
    /// <summary>True when the lines speak of the network, and none of a package that the registry does not have.</summary>
    public static bool IsShownBy(IReadOnlyList<string> lines) =>
        lines.Any(line => Network().IsMatch(line)) && !lines.Any(line => NoSuchPackage().IsMatch(line));

    private const string Codes = "(ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT)";
    private const string Statuses = "(429|50[0234])";

    private const string Npm =
        $"npm error (code|errno) ({Codes}|E{Statuses})$"
        + $@"|npm error {Statuses} [A-Za-z ]+ - GET https?://|npm error network timeout at: https?://\S+$";

    private const string Bun =
        "error: (Connection(Refused|Closed|Reset|TimedOut)|Timeout|FailedToOpenSocket) (downloading|fetching) (package manifest|tarball)"
        + $@"( \S+)?$|error: GET https?://\S+ - {Statuses}$";

    // The newer pnpm says the code alone and draws the causes below it, broken into lines wherever they are full.
    private const string Pnpm =
        $"(Error:)? ?ERR_PNPM_(FETCH_{Statuses}|META_FETCH_FAIL|RESOLVING_NPM_RESOLVER_(NETWORK|BODY_READ)_ERROR)( |$)"
        + $"| *[├╰]─▶ (Failed to fetch https?:|Tarball server returned HTTP {Statuses} )"
        + $@"|( WARN |\[WARN\]) *GET https?://\S+ error \(({Codes}|{Statuses}|Tarball server returned HTTP {Statuses} for \S+)\)";

    [GeneratedRegex($"^({Npm}|{Bun}|{Pnpm})", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Network();

    [GeneratedRegex(
        @"^(npm error code (E404|ETARGET)$|error: (GET https?://\S+ - 404$|No version matching "")"
        + "|(Error:)? ?ERR_PNPM_(FETCH_404|NO_MATCHING_VERSION)( |$))",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NoSuchPackage();
}
