namespace Libra.Deploy.WebApi.Http;

/// <summary>What an operator may set about the HTTP surface as a whole.</summary>
internal sealed class LibraHttpOptions
{
    /// <summary>Origins that a service under development trusts: whatever runs on the same machine.</summary>
    public static readonly IReadOnlyList<string> DevelopmentOrigins = ["http://localhost:*", "http://127.0.0.1:*"];

    /// <summary>Origins that a production service trusts when nothing else is configured: the platform's own, and no site's.</summary>
    public static readonly IReadOnlyList<string> ProductionOrigins = ["https://*.libra.dev", "https://libra.dev"];

    /// <summary>Largest request body in bytes; a bigger one is answered with 413.</summary>
    public long MaxBodyBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>Deepest nesting of a JSON body.</summary>
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>Browser origins that may read answers; empty means those of production.</summary>
    /// <remarks><c>*.</c> before a host stands for its subdomains, <c>:*</c> for any port.</remarks>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = [];

    /// <summary>Seconds after which a client should come back when the database or the object store is away.</summary>
    public int UnavailableRetrySeconds { get; set; } = 5;

    // Not initial values: the binder would add configured ones to those, and none could be taken away.
    internal void FillIn()
    {
        if (AllowedOrigins.Count == 0) AllowedOrigins = ProductionOrigins;
    }
}
