using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Libra.Deploy.Domain.Projects;

/// <summary>
/// Name under which a project is live: <c>{projectId}-worker</c> made a valid DNS label, so that it can stand in an address.
/// </summary>
public readonly partial record struct WorkerName
{
    private const int LongestLabel = 63;
    private const int HashDigits = 16;
    private const string Suffix = "-worker";

    private WorkerName(string value) => Value = value;

    public string Value { get; }

    /// <summary>
    /// The name of a project's worker. An id that already is a short lower-case label stays as it is; any other is cleaned, cut and
    /// given sixteen hex digits of its hash. An id that ends as such a name does is never taken as it is: whoever reads the name of
    /// another's site in its address cannot choose an id that has it too.
    /// </summary>
    public static WorkerName For(string projectId)
    {
        ArgumentException.ThrowIfNullOrEmpty(projectId);
        var plain = projectId + Suffix;
        if (plain.Length <= LongestLabel && Label().IsMatch(plain) && !EndsInHash().IsMatch(projectId)) return new WorkerName(plain);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(projectId)))[..HashDigits];
        var room = LongestLabel - Suffix.Length - HashDigits - 1;
        var cleaned = NotLabel().Replace(projectId.ToLowerInvariant(), "-").Trim('-');
        if (cleaned.Length > room) cleaned = cleaned[..room].TrimEnd('-');
        if (cleaned.Length == 0 || !char.IsAsciiLetter(cleaned[0])) cleaned = "p" + (cleaned.Length == 0 ? "" : "-" + cleaned);
        if (cleaned.Length > room) cleaned = cleaned[..room].TrimEnd('-');
        return new WorkerName($"{cleaned}-{hash}{Suffix}");
    }

    /// <inheritdoc />
    public override string ToString() => Value;

    [GeneratedRegex(@"\A[a-z](?:[a-z0-9-]*[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Label();

    [GeneratedRegex(@"-[0-9a-f]{16}\z", RegexOptions.CultureInvariant)]
    private static partial Regex EndsInHash();

    [GeneratedRegex("[^a-z0-9-]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotLabel();
}
