using ErrorOr;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>One of the six stages of an attempt. A step may run twice: its effect stands once.</summary>
internal interface IDeploymentStep
{
    DeploymentStep Step { get; }

    /// <summary>Why the step is not needed for this deployment; null when it is.</summary>
    string? SkipReason(Deployment deployment);

    /// <summary>True when there is nothing to wait for: the step's beginning is then journaled together with its end.</summary>
    bool IsInstant(StepContext context) => false;

    /// <summary>The line with which the step begins in the log; once the source is known it can say more than the stage does.</summary>
    string Announcement(StepContext context) => Step.Stage();

    /// <summary>Does the step's work. An error is typed <see cref="ErrorType.Unexpected"/> when it may pass by itself.</summary>
    Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken);
}
