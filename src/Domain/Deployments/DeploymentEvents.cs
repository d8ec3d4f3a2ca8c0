using Libra.Deploy.Domain.Common;

namespace Libra.Deploy.Domain.Deployments;

/// <summary>A deployment was accepted and waits.</summary>
public sealed record DeploymentAccepted(DeploymentId Id, string ProjectId, string OrganizationId) : IDomainEvent;

/// <summary>A worker took a deployment for the first time; later claims do not raise it again.</summary>
public sealed record DeploymentStarted(DeploymentId Id, string OrganizationId) : IDomainEvent;

/// <summary>A deployment moved to another status; raised for every change, terminal ones included.</summary>
public sealed record DeploymentStatusChanged(DeploymentId Id, string ProjectId, DeploymentStatus Status, string? WorkerUrl) : IDomainEvent;

/// <summary>A deployment takes an artifact up, stored already or about to be: once this is saved nobody may delete it.</summary>
public sealed record ArtifactTaken(DeploymentId Id, string Digest) : IDomainEvent;

/// <summary>
/// A deployment names an artifact no more that it had taken up: the source is looked at anew, or built again into another one.
/// </summary>
public sealed record ArtifactReleased(DeploymentId Id, string ProjectId, string Digest, long Size) : IDomainEvent;

/// <summary>A deployment reached a terminal state.</summary>
/// <param name="Refundable">True when its quota charge is to be given back: not the user's doing, or cancelled before the build.</param>
public sealed record DeploymentFinished(DeploymentId Id, string OrganizationId, DeploymentStatus Status, bool Refundable) : IDomainEvent
{
    /// <summary>Who is responsible for the failure; null unless it failed.</summary>
    public FailureCategory? Category { get; init; }

    /// <summary>From the first start to the end; null when it never started.</summary>
    public TimeSpan? Duration { get; init; }
}

/// <summary>A deployment ran out of attempts, or cannot be processed at all: it belongs in the dead letters.</summary>
public sealed record DeploymentDeadLettered(DeploymentId Id, string Reason) : IDomainEvent;
