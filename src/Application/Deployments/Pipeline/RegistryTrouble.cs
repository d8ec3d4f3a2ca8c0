using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Tells a registry that is down from a package that does not exist, by what the package managers print.</summary>
internal static partial class RegistryTrouble
{
    /// <summary>True when the lines speak of the network rather than of the project.</summary>
    public static bool IsShownBy(IReadOnlyList<string> lines) => lines.Any(line => Network().IsMatch(line));

    // A status counts beside the request that it answers: as a bare number it may be part of a version. Never backtracks, because
    // what is printed names what a stranger wrote.
    [GeneratedRegex(
        "ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|socket hang up|"
        + "ConnectionRefused|ConnectionClosed|ConnectionReset|Timeout fetching|"
        + @"\b(E|ERR_PNPM_FETCH_)50[0234]\b|\b50[0234]\b[^'@]* GET https?://|\bGET https?://[^ ]+ .*\b50[0234]\b",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Network();
}
