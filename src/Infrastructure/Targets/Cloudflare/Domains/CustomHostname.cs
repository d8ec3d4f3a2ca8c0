using System.Text.Json;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.Infrastructure.Targets.Cloudflare.Api;

namespace Libra.Deploy.Infrastructure.Targets.Cloudflare.Domains;

/// <summary>A custom hostname as Cloudflare describes it.</summary>
/// <param name="MayStartAnew">True when it has failed and Cloudflare looks at it again when asked to.</param>
internal sealed record CustomHostname(
    string Id, string Name, CustomDomainState State, string? Project, bool HasOwnOrigin, bool MayStartAnew)
{
    private const string Active = "active";

    /// <summary>Reads one; null when what was sent is none.</summary>
    public static CustomHostname? Read(JsonElement json)
    {
        if (json.Text("id") is not { Length: > 0 } id || json.Text("hostname") is not { Length: > 0 } name) return null;

        var certificate = json.Property("ssl") ?? default;
        var (status, certificateStatus) = (json.Text("status"), certificate.Text("status"));
        var progress = ProgressOf(status, certificateStatus);
        var reason = progress == CustomDomainProgress.Live ? null : ReasonOf(json, certificate);
        var state = new CustomDomainState(progress, id, certificateStatus, [.. RecordsOf(json, certificate)], reason);
        var project = (json.Property("custom_metadata") ?? default).Text(CustomHostnames.ProjectKey);
        var hasOwnOrigin = json.Text("custom_origin_server") is { Length: > 0 };
        var isFinal = status is "blocked" or "pending_blocked" or "test_blocked" or "pending_deletion";
        return new CustomHostname(id, name, state, project, hasOwnOrigin, progress == CustomDomainProgress.Failed && !isFinal);
    }

    /// <summary>Two states that change apart from each other: the name's and its certificate's. Words that are new mean waiting.</summary>
    internal static CustomDomainProgress ProgressOf(string? status, string? certificate)
    {
        if (status is "moved" or "blocked" or "deleted" or "pending_deletion" or "pending_blocked" or "test_blocked" or "test_failed")
            return CustomDomainProgress.Failed;
        if (certificate is "expired" or "deleted" or "pending_deletion" or "inactive" || IsOutOfTime(certificate))
            return CustomDomainProgress.Failed;
        // Redeploying keeps serving.
        if (status is not (Active or "active_redeploying")) return CustomDomainProgress.Pending;
        return certificate is Active or "pending_expiration" or "backup_issued" or "holding_deployment"
            ? CustomDomainProgress.Live
            : CustomDomainProgress.Verified;
    }

    private static bool IsOutOfTime(string? certificate) => certificate?.EndsWith("_timed_out", StringComparison.Ordinal) == true;

    private static string ReasonOf(JsonElement json, JsonElement certificate)
    {
        var errors = (json.Property("verification_errors") ?? default).Texts()
            .Concat(certificate.Items("validation_errors").Select(error => error.Text("message") ?? ""))
            .Where(message => message.Length > 0)
            .Select(message => message.Shortened(300))
            .Distinct().Take(10).ToList();
        var (status, ordered) = (json.Text("status") ?? "unknown", certificate.Text("status") ?? "not ordered yet");
        var states = $"The domain is '{status}' and its certificate '{ordered}' at Cloudflare.";
        return errors.Count == 0 ? states : $"{states} {string.Join("; ", errors)}";
    }

    private static IEnumerable<VerificationRecord> RecordsOf(JsonElement json, JsonElement certificate)
    {
        var ownership = json.Property("ownership_verification") ?? default;
        if (ownership.Text("name") is { } name && ownership.Text("value") is { } value)
            yield return new VerificationRecord("ownership", (ownership.Text("type") ?? "txt").ToUpperInvariant(), name, value);
        var file = json.Property("ownership_verification_http") ?? default;
        if (file.Text("http_url") is { } url && file.Text("http_body") is { } body)
            yield return new VerificationRecord("ownership", "HTTP", url, body);

        foreach (var record in certificate.Items("validation_records"))
        {
            if (record.Text("txt_name") is { } txt && record.Text("txt_value") is { } text)
                yield return new VerificationRecord("certificate", "TXT", txt, text);
            if (record.Text("cname") is { } alias && record.Text("cname_target") is { } target)
                yield return new VerificationRecord("certificate", "CNAME", alias, target);
            if (record.Text("http_url") is { } address && record.Text("http_body") is { } content)
                yield return new VerificationRecord("certificate", "HTTP", address, content);
        }
    }
}
