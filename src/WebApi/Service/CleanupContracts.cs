using System.ComponentModel.DataAnnotations;
using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Cleanup;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.Service;

/// <summary>Answer of <c>POST /status/cleanup</c>.</summary>
/// <param name="Duration">Milliseconds.</param>
internal sealed record CleanupResponse(bool Success, bool DryRun, DeletedResponse Deleted, KeptResponse Kept, long Duration)
{
    public static CleanupResponse Of(CleanupReport report, TimeSpan duration) => new(
        true,
        report.DryRun,
        new DeletedResponse(report.Deployments, report.LogObjects, report.Artifacts, report.Bytes, Sandboxes: 0, report.LocalLeftovers),
        new KeptResponse(report.Kept.Live, report.Kept.Recent),
        (long)duration.TotalMilliseconds);
}

/// <summary>What was removed, or would have been.</summary>
/// <param name="Sandboxes">Always 0: workers remove left-over sandboxes every few seconds by themselves.</param>
/// <param name="LocalLeftovers">Stored dependencies and sites of the node that answers; every worker node does the same by itself.</param>
internal sealed record DeletedResponse(long Deployments, long LogObjects, long Artifacts, long Bytes, long Sandboxes, long LocalLeftovers);

/// <summary>Deployments past the age that stay.</summary>
internal sealed record KeptResponse(long Live, long Recent);

/// <summary>The body of <c>POST /status/cleanup</c>, for its description; the whole may be missing.</summary>
/// <param name="DryRun">Only says what would be removed.</param>
internal sealed record CleanupBody(
    [property: Range(0, 3650)] int? OlderThanDays = null, [property: Range(0, 1000)] int? KeepPerProject = null, bool? DryRun = null);

/// <summary>Reads the body of <c>POST /status/cleanup</c>.</summary>
internal static class CleanupRequest
{
    public static ErrorOr<CleanupDeploymentsCommand> Read(JsonBody? body, OrganizationFilter caller)
    {
        if (body is null) return new CleanupDeploymentsCommand(caller);

        var fields = new FieldReader(body.Root);
        var command = new CleanupDeploymentsCommand(
            caller,
            (int?)fields.OptionalInteger("olderThanDays", 0, 3650),
            (int?)fields.OptionalInteger("keepPerProject", 0, 1000),
            fields.OptionalFlag("dryRun") ?? false);
        return fields.Errors.Count > 0 ? fields.Errors : command;
    }
}
