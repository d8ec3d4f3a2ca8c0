using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Http;

/// <summary>Which web pages may read our answers.</summary>
internal sealed class AllowedOrigins(IOptions<LibraHttpOptions> options)
{
    private readonly IReadOnlyList<OriginPattern> _patterns = options.Value.AllowedOrigins.Select(OriginPattern.Parse).ToList();

    /// <summary>True when an <c>Origin</c> header names a page that is trusted.</summary>
    public bool Contains(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.Ordinal)
        && uri.UserInfo.Length == 0
        && _patterns.Any(pattern => pattern.Matches(uri));
}

/// <summary>One configured origin, for instance <c>https://*.libra.dev</c> or <c>http://localhost:*</c>.</summary>
internal sealed record OriginPattern
{
    private const string AnyPort = ":*";
    private const string AnySubdomain = "*.";

    private readonly Uri _origin;
    private readonly bool _subdomains;
    private readonly bool _anyPort;

    private OriginPattern(Uri origin, bool subdomains, bool anyPort) => (_origin, _subdomains, _anyPort) = (origin, subdomains, anyPort);

    /// <summary>Reads a configured origin.</summary>
    /// <exception cref="FormatException">The text is not an origin.</exception>
    public static OriginPattern Parse(string text)
    {
        var anyPort = text.EndsWith(AnyPort, StringComparison.Ordinal);
        var plain = anyPort ? text[..^AnyPort.Length] : text;
        var host = plain.IndexOf("://", StringComparison.Ordinal) + 3;
        var subdomains = host >= 3 && plain.AsSpan(host).StartsWith(AnySubdomain);
        if (subdomains) plain = plain.Remove(host, AnySubdomain.Length);

        return Uri.TryCreate(plain, UriKind.Absolute, out var origin) && origin.Scheme is "http" or "https" && origin.PathAndQuery == "/"
            ? new OriginPattern(origin, subdomains, anyPort)
            : throw new FormatException(
                  $"'{text}' is not an origin: write it like https://example.com, https://*.example.com or http://localhost:*.");
    }

    /// <summary>True when the page at <paramref name="origin"/> is meant; a subdomain pattern does not mean the domain itself.</summary>
    public bool Matches(Uri origin) =>
        origin.Scheme == _origin.Scheme
        && (_anyPort || origin.Port == _origin.Port)
        && (_subdomains
            ? IsBelow(origin.Host, _origin.Host)
            : string.Equals(origin.Host, _origin.Host, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when some host made of one label, a dot and <paramref name="zone"/> is meant, whatever its scheme and port.</summary>
    /// <param name="label">Which labels count.</param>
    public bool MeetsHostBelow(string zone, Func<string, bool> label) => _subdomains
        ? IsOrIsBelow(zone, _origin.Host)
        : IsBelow(_origin.Host, zone) && label(_origin.Host[..^(zone.Length + 1)]);

    private static bool IsOrIsBelow(string host, string zone) =>
        string.Equals(host, zone, StringComparison.OrdinalIgnoreCase) || IsBelow(host, zone);

    private static bool IsBelow(string host, string zone) => host.EndsWith("." + zone, StringComparison.OrdinalIgnoreCase);
}
