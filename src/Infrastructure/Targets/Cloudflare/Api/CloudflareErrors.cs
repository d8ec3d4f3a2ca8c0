using System.Collections.Frozen;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Projects;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

/// <summary>Who is responsible for a refusal.</summary>
internal enum Blame
{
    /// <summary>Cloudflare's, for now: it may pass by itself.</summary>
    Passing,

    /// <summary>The platform's account, token or plan: an operator has to do something.</summary>
    Settings,

    /// <summary>The project's worker, files or domain.</summary>
    Project,

    /// <summary>This service sent something wrong.</summary>
    Service,
}

/// <summary>
/// The one table of Cloudflare's codes. Passing: <c>TARGET_UNAVAILABLE</c>, Unexpected. Settings and Service: <c>TARGET_UNAVAILABLE</c>,
/// Failure. Project: <c>TARGET_REJECTED</c>, with Cloudflare's own words.
/// </summary>
internal static class CloudflareErrors
{
    /// <summary>Where the pipeline looks for the pause that was asked for.</summary>
    public const string PauseKey = "retryAfter";

    private const string SessionOverKey = "sessionOver";
    private const string StatusKey = "httpStatus";
    private const string CodesKey = "cloudflareCodes";
    private const int LongestMessage = 600;

    private static readonly FrozenDictionary<int, (Blame Blame, string Sentence)> Table = new Dictionary<int, (Blame, string)>
    {
        [1000] = (Blame.Settings, "Cloudflare does not accept the API token; set CLOUDFLARE_API_TOKEN to an active one."),
        [1001] = (Blame.Settings, "Cloudflare does not accept the API token; set CLOUDFLARE_API_TOKEN to an active one."),
        [6003] = (Blame.Settings, "Cloudflare cannot read the API token; look for stray characters in CLOUDFLARE_API_TOKEN."),
        [6111] = (Blame.Settings, "Cloudflare cannot read the API token; look for stray characters in CLOUDFLARE_API_TOKEN."),
        [7003] = (Blame.Settings, "Cloudflare does not know the account or zone; check CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_ZONE_ID."),
        [9106] = (Blame.Settings, "Cloudflare does not accept the API token; set CLOUDFLARE_API_TOKEN to an active one."),
        [9109] = (Blame.Settings, "The API token may not do this at Cloudflare; it needs {permission}, for this account and zone."),
        [10000] = (Blame.Settings, "The API token may not do this at Cloudflare; it needs {permission}, for this account and zone."),
        [10001] = (Blame.Service, "Cloudflare does not take this kind of upload."),
        [10002] = (Blame.Passing, "Cloudflare had an internal error."),
        [10006] = (Blame.Project, "Cloudflare cannot parse the worker's code."),
        [10007] = (Blame.Settings, "Cloudflare has no such worker or dispatch namespace; check DISPATCH_NAMESPACE_NAME."),
        [10013] = (Blame.Passing, "Cloudflare had an internal error."),
        [10014] = (Blame.Passing, "Cloudflare had an internal error while checking permissions."),
        [10015] = (Blame.Settings, "The Cloudflare account is not entitled to Workers; switch Workers on for it."),
        [10016] = (Blame.Service, "Cloudflare does not take the worker's name."),
        [10018] = (Blame.Passing, "The worker was changed at Cloudflare at the same moment."),
        [10021] = (Blame.Project, "Cloudflare refused the worker."),
        [10023] = (Blame.Settings, "Workers for Platforms is not part of the Cloudflare account's plan, and has to be bought."),
        [10026] = (Blame.Service, "Cloudflare could not read the upload."),
        [10027] = (Blame.Project, "The worker is too large for Cloudflare."),
        [10035] = (Blame.Passing, "The worker was changed at Cloudflare at the same moment."),
        [10037] = (Blame.Settings, "The Cloudflare account has no room for another worker; its limit has to be raised."),
        [10052] = (Blame.Project, "A binding of the worker has no name."),
        [10054] = (Blame.Project, "A variable of the worker is too large."),
        [10055] = (Blame.Project, "The worker has too many variables."),
        [10056] = (Blame.Project, "A binding of the worker was not found."),
        [10057] = (Blame.Project, "A binding that the worker inherits was not found."),
        [10068] = (Blame.Project, "The worker has no event handler, such as fetch."),
        [10069] = (Blame.Project, "The worker has an event handler that Cloudflare does not know."),
        [10074] = (Blame.Project, "A Durable Object class of the worker's migrations exists already."),
        [10075] = (Blame.Settings, "The Cloudflare account needs a paid plan for this."),
        [100402] = (Blame.Project, "The worker's Durable Objects do not fit those of the version that is live."),
        [-1] = (Blame.Passing, "Cloudflare could not take an upload of files."),
        [1404] = (Blame.Settings, "The Cloudflare zone has no custom hostnames in its plan."),
        [1405] = (Blame.Settings, "The Cloudflare zone has no custom hostname left in its plan."),
        [1406] = (Blame.Passing, "The custom domain was added to Cloudflare at the same moment."),
        [1407] = (Blame.Project, "Cloudflare does not take the custom domain."),
        [1408] = (Blame.Project, "Cloudflare does not take the custom domain."),
        [1409] = (Blame.Project, "Cloudflare does not take the custom domain."),
        [1410] = (Blame.Project, "Cloudflare does not take the custom domain."),
        [1411] = (Blame.Project, "Cloudflare does not take the custom domain."),
        [1413] = (Blame.Settings, "The Cloudflare zone's plan has no custom metadata; switch it off for custom hostnames."),
        [1414] = (Blame.Settings, "The Cloudflare zone's plan has no custom origin servers."),
        [1432] = (Blame.Service, "Cloudflare does not take the certificate settings."),
        [1433] = (Blame.Service, "Cloudflare does not take the certificate settings."),
        [1436] = (Blame.Settings, "The custom domain is not at Cloudflare (any more)."),
        [1440] = (Blame.Service, "Cloudflare does not take the certificate settings."),
        [1500] = (Blame.Passing, "Cloudflare had an internal error."),
    }.ToFrozenDictionary();

    /// <summary>Every code that has a row.</summary>
    public static IReadOnlyCollection<int> KnownCodes => Table.Keys;

    /// <summary>Makes an error of a refusal.</summary>
    /// <param name="words">What Cloudflare said, without secrets and ids.</param>
    public static Error Of(ApiCall call, ApiRefusal refusal, string words)
    {
        var (blame, sentence) = Judge(call, refusal);
        var metadata = new Dictionary<string, object> { [StatusKey] = refusal.Status, [CodesKey] = refusal.Codes };
        if (refusal.RetryAfter is { } pause) metadata[PauseKey] = pause;
        if (refusal.Ray is not null) metadata["cfRay"] = refusal.Ray;
        if (refusal.Status is 0 or 429) metadata[ICustomDomains.Unanswered] = true;
        if (call.SessionToken is not null && refusal.Status is 401 or 403) metadata[SessionOverKey] = true;

        var text = sentence.Replace("{permission}", $"the permission '{call.Permission}'", StringComparison.Ordinal);
        return blame switch
        {
            Blame.Passing => Error.Unexpected("TARGET_UNAVAILABLE", $"{text} ({call.Name})", metadata),
            Blame.Project => Error.Failure("TARGET_REJECTED", $"{text} {words.Shortened(LongestMessage)}".TrimEnd(), metadata),
            _ => Error.Failure("TARGET_UNAVAILABLE", $"{text} ({call.Name})", metadata),
        };
    }

    /// <summary>What Cloudflare did not do although it says that all went well.</summary>
    public static Error Incomplete(ApiCall call, string what) =>
        Error.Unexpected("TARGET_UNAVAILABLE", $"Cloudflare's answer has no {what} ({call.Name}).");

    /// <summary>Something of the platform's account or zone that an operator has to set right.</summary>
    public static Error Settings(string sentence) => Error.Failure("TARGET_UNAVAILABLE", sentence);

    /// <summary>All nodes together have made the calls that Cloudflare allows.</summary>
    public static Error NoCallsLeft(TimeSpan pause) => Error.Unexpected(
        "TARGET_UNAVAILABLE", "The calls that Cloudflare allows in five minutes are used up.",
        new() { [PauseKey] = pause, [ICustomDomains.Unanswered] = true });

    /// <summary>Cloudflare took all files of an upload session and did not give the token that says so.</summary>
    public static Error NotCompleted() => Error.Unexpected(
        "TARGET_UNAVAILABLE", "Cloudflare took all files of the site, but did not say so (assets upload).",
        new() { [SessionOverKey] = true });

    /// <summary>True when the upload has to go on in another session, which asks for what is still missing.</summary>
    public static bool IsSessionOver(Error error) =>
        error.Type == ErrorType.Unexpected && error.Metadata?.ContainsKey(SessionOverKey) == true;

    /// <summary>The HTTP status behind an error; 0 when there was no answer.</summary>
    public static int StatusOf(Error error) => error.Metadata?.GetValueOrDefault(StatusKey) as int? ?? 0;

    public static bool HasCode(Error error, int code) =>
        error.Metadata?.GetValueOrDefault(CodesKey) is IReadOnlyList<int> codes && codes.Contains(code);

    public static TimeSpan? PauseOf(Error error) => error.Metadata?.GetValueOrDefault(PauseKey) as TimeSpan?;

    private static (Blame Blame, string Sentence) Judge(ApiCall call, ApiRefusal refusal)
    {
        if (refusal.Status == 0) return (Blame.Passing, "Cloudflare's API cannot be reached.");
        if (refusal.Status == 429) return (Blame.Passing, "Cloudflare takes no more calls for now.");
        if (refusal.Challenged)
            return (Blame.Settings, $"Cloudflare's firewall stopped the call; its support can find it by ray {refusal.Ray}.");
        if (call.SessionToken is not null && refusal.Status is 401 or 403)
            return (Blame.Passing, "The upload session at Cloudflare has ended.");

        var known = refusal.Codes.FirstOrDefault(Table.ContainsKey);
        return known != 0 ? Table[known] : JudgeByStatus(call, refusal.Status);
    }

    private static (Blame Blame, string Sentence) JudgeByStatus(ApiCall call, int status) => status switch
    {
        408 or 425 or >= 500 => (Blame.Passing, $"Cloudflare's API answered {status}."),
        401 => Table[9106],
        403 => Table[10000],
        404 => Table[10007],
        413 => (Blame.Project, "The upload is too large for Cloudflare."),
        _ when call.UnknownRefusal == Blame.Project => (Blame.Project, "Cloudflare refused it."),
        _ => (call.UnknownRefusal, $"Cloudflare's API answered {status}."),
    };
}
