using Libra.Deploy.Domain.Deployments;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Libra.Deploy.Infrastructure.Persistence;

/// <summary>Stores the id as the text that clients know.</summary>
internal sealed class DeploymentIdConverter() : ValueConverter<DeploymentId, string>(id => id.Value, text => DeploymentId.Parse(text));

/// <summary>Stores the wire name, so that reordering the enum cannot change what stored rows mean.</summary>
internal sealed class StatusConverter()
    : ValueConverter<DeploymentStatus, string>(status => status.WireName(), name => DeploymentStatuses.FromWireName(name)!.Value);

/// <summary>Stores the wire name of a step.</summary>
internal sealed class StepConverter()
    : ValueConverter<DeploymentStep, string>(step => step.WireName(), name => DeploymentSteps.FromWireName(name)!.Value);
