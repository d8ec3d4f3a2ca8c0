using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Projects;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>
/// Makes polling cheap: a tag that stays as long as nothing has changed that a client can see move. The clock is not in it.
/// </summary>
internal static class DeploymentTags
{
    private const int Length = 20;

    public static string Of(DeploymentStanding standing) =>
        TagOf($"{TextOf(standing.Deployment)} {standing.Place} {TextOf(standing.Domain)}");

    public static string Of(DeploymentPage page) =>
        TagOf(string.Join('\n', page.Deployments.Select(TextOf)) + (page.Next is null ? " end" : " more"));

    /// <summary>Sends the tag along, and tells whether the client has just this answer already.</summary>
    public static bool IsKnown(this HttpContext http, string tag)
    {
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        return http.Request.Headers.IfNoneMatch.Any(known => known?.Contains(tag, StringComparison.Ordinal) == true);
    }

    private static string TextOf(DeploymentView view)
    {
        var steps = string.Join(' ', view.Journal.Select(run => $"{run.Attempt}{run.Step}{run.Status}{run.Starts}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{view.Id} {view.Status} {view.Progress} {view.Attempt} {view.ArtifactDigest} {view.CancelRequestedAt:O} {steps}");
    }

    private static string TextOf(CustomDomainView? domain) =>
        domain is null ? "" : $"{domain.Status} {domain.CertificateStatus} {domain.Reason} {string.Join(' ', domain.Records)}";

    private static string TagOf(string text) => $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Length]}\"";
}
