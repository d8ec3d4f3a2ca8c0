using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Tells a registry that is down from a package that does not exist, by what the package managers print.</summary>
internal static partial class RegistryTrouble
{
    /// <summary>True when the lines speak of the network rather than of the project.</summary>
    public static bool IsShownBy(IReadOnlyList<string> lines) => lines.Any(line => Network().IsMatch(line));

    [GeneratedRegex(
        @"ECONNRESET|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|socket hang up|"
        + @"ConnectionRefused|ConnectionClosed|ConnectionReset|Timeout fetching|"
        + @"\b50[234]\b.*(registry|fetch|downloading|GET)|\bE50[0234]\b|ERR_SOCKET_TIMEOUT",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Network();
}
