using System.Diagnostics;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Telemetry;

/// <summary>
/// One trace a deployment: the request that asked for it, and below it every attempt with its steps, on whatever node they run.
/// </summary>
public static class DeploymentTraces
{
    /// <summary>Name of the source, for those who collect.</summary>
    public const string SourceName = "Libra.Deploy";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>What to keep with a deployment so that its attempts join the caller's trace; null when nobody traces.</summary>
    public static string? Parent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Begins an attempt, as a child of the request that started the deployment.</summary>
    public static Activity? StartAttempt(Deployment deployment)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        var activity = Source.StartActivity("deployment attempt", ActivityKind.Consumer, deployment.TraceParent);
        return activity?
            .SetTag("libra.deployment_id", deployment.Id.Value)
            .SetTag("libra.project_id", deployment.ProjectId)
            .SetTag("libra.organization_id", deployment.OrganizationId)
            .SetTag("libra.attempt", deployment.Attempt);
    }

    /// <summary>Begins a step below the running attempt.</summary>
    public static Activity? StartStep(DeploymentStep step) => Source.StartActivity($"step {step.WireName()}");

    /// <summary>Notes why a step or attempt failed.</summary>
    public static void Fail(this Activity? activity, string code) => activity?.SetStatus(ActivityStatusCode.Error, code);
}
