using System.Text.RegularExpressions;

namespace Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;

/// <summary>What names, versions, checksums and addresses of registry packages look like.</summary>
internal static partial class PackageNames
{
    /// <summary>True for <c>name</c> and <c>@scope/name</c>; never a path, never hidden.</summary>
    public static bool IsName(string text) => Name().IsMatch(text) && text.Length <= 214;

    /// <summary>True for one exact semantic version.</summary>
    public static bool IsVersion(string text) => Version().IsMatch(text) && text.Length <= 256;

    /// <summary>True for a well-formed SHA-512 checksum. An ill-formed one is ignored by package managers rather than refused.</summary>
    public static bool IsIntegrity(string text) => Integrity().IsMatch(text);

    /// <summary>Splits <c>name@version</c>; null when it is not of that form.</summary>
    public static (string Name, string Version)? Split(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0) return null;

        var (name, version) = (text[..at], text[(at + 1)..]);
        return IsName(name) && IsVersion(version) ? (name, version) : null;
    }

    /// <summary>The path below a registry at which a package lies.</summary>
    public static string TarballPath(string name, string version) =>
        $"{name}/-/{name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..]}-{version}.tgz";

    /// <summary>True for a folder below the project.</summary>
    public static bool IsInside(string path) =>
        !path.StartsWith('/') && !path.Contains('\\') && !path.Contains(':') && !path.Split('/').Contains("..");

    [GeneratedRegex(@"\A(?:@[A-Za-z0-9~_-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Version();

    [GeneratedRegex(@"\Asha512-[A-Za-z0-9+/]{86}==\z", RegexOptions.CultureInvariant)]
    private static partial Regex Integrity();
}
