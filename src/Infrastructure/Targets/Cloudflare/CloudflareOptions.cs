using System.Text.RegularExpressions;
using Libra.Deploy.Infrastructure.Credentials;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare;

/// <summary>The platform's Cloudflare account and how it is used.</summary>
public sealed partial record CloudflareOptions
{
    /// <summary>The account that owns the dispatch namespace (<c>CLOUDFLARE_ACCOUNT_ID</c>).</summary>
    public required string AccountId { get; init; }

    /// <summary>
    /// Needs "Workers Scripts: Edit" on the account and, for custom domains, "SSL and Certificates: Edit" on the zone
    /// (<c>CLOUDFLARE_API_TOKEN</c>).
    /// </summary>
    public required ServiceKey ApiToken { get; init; }

    /// <summary>The zone of custom domains (<c>CLOUDFLARE_ZONE_ID</c>); null when there are none.</summary>
    public string? ZoneId { get; init; }

    /// <summary>The Workers for Platforms namespace of all sites (<c>DISPATCH_NAMESPACE_NAME</c>); made when it is missing.</summary>
    public string DispatchNamespace { get; init; } = "libra-dispatcher";

    /// <summary>Where the dispatcher answers (<c>NEXT_PUBLIC_DISPATCHER_URL</c>); a site is at a name below it.</summary>
    public Uri DispatcherUrl { get; init; } = new("https://libra.sh");

    public Uri ApiBaseUrl { get; init; } = new("https://api.cloudflare.com/client/v4/");

    /// <summary>Files of one site: 20,000 on every plan, up to 100,000 on some.</summary>
    public int MaxAssets { get; init; } = 20_000;

    public long MaxAssetBytes { get; init; } = 25L << 20;

    /// <summary>Uploads of one site at a time.</summary>
    public int UploadConcurrency { get; init; } = 3;

    /// <summary>Upload sessions that one publishing may open: a session ends after an hour, and what was sent in it stays.</summary>
    public int MaxSessions { get; init; } = 3;

    /// <summary>API calls of all nodes together in five minutes; above 1,200 Cloudflare blocks a token for five minutes.</summary>
    public int CallsPerFiveMinutes { get; init; } = 1_200;

    /// <summary>How long a call waits for its turn when the calls are used up.</summary>
    public TimeSpan BudgetPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One call, without its retries.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>One call that somebody waits for, without its retries.</summary>
    public TimeSpan InteractiveTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>One upload of files or of a script.</summary>
    public TimeSpan UploadTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>A longer pause that Cloudflare asks for is left to the deployment's next attempt.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a new version may take until visitors see it.</summary>
    public TimeSpan VerifyPatience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long "the target is ready" is believed: an outage may go unseen that long. Each look costs every worker node one call.
    /// </summary>
    public TimeSpan CheckValidity { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// True on plans with custom metadata: custom hostnames then carry their project's id, and those of others are never adopted.
    /// </summary>
    public bool HostnameMetadata { get; init; }

    /// <summary>What is wrong with the values, one sentence each; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (!Id().IsMatch(AccountId) || !ApiToken.IsUsable)
            yield return "CLOUDFLARE_ACCOUNT_ID (32 hex digits) and CLOUDFLARE_API_TOKEN are needed together for the Cloudflare target.";
        if (ZoneId is not null && !Id().IsMatch(ZoneId))
            yield return "CLOUDFLARE_ZONE_ID must be 32 hex digits, or absent when there are no custom domains.";
        if (!Namespace().IsMatch(DispatchNamespace))
            yield return "DISPATCH_NAMESPACE_NAME takes letters, digits, - and _, 63 at most.";
        if (DispatcherUrl is not { IsAbsoluteUri: true, Scheme: "http" or "https", AbsolutePath: "/" })
            yield return "NEXT_PUBLIC_DISPATCHER_URL must be an http or https address without a path.";
        if (!SafeAddress.Is(ApiBaseUrl) || !ApiBaseUrl.OriginalString.EndsWith('/'))
            yield return "Cloudflare's API address must be https (http only on this machine) and end with /.";
        if (MaxAssets < 1 || MaxAssetBytes < 1 || UploadConcurrency is < 1 or > 50 || MaxSessions < 1 || CallsPerFiveMinutes < 10)
            yield return "The Cloudflare target needs positive limits, 1 to 50 uploads at a time and at least 10 calls in five minutes.";
        if (Times.Any(time => time < TimeSpan.Zero))
            yield return "The time limits of the Cloudflare target must not be negative.";
    }

    private TimeSpan[] Times =>
        [CallTimeout, InteractiveTimeout, UploadTimeout, LongestPause, VerifyPatience, BudgetPatience, CheckValidity];

    [GeneratedRegex(@"\A[0-9a-f]{32}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Namespace();
}
