using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>What a rented machine carries so that it can be found again: whose it is, and for which deployment.</summary>
internal static class MachineLabels
{
    /// <summary>The key of <see cref="RemoteOptions.Label"/>.</summary>
    public const string Installation = "libra";

    private const string Deployment = "deployment";

    public static JsonObject Of(RemoteOptions options, DeploymentId deployment) =>
        new() { [Installation] = options.Label, [Deployment] = deployment.Value };

    /// <summary>The deployment of a listed machine; null when its labels name none.</summary>
    /// <param name="property">Where the service keeps labels.</param>
    public static DeploymentId? DeploymentOf(JsonElement listed, string property) =>
        listed.TryGetProperty(property, out var labels) && labels.Text(Deployment) is { } text ? DeploymentId.TryParse(text) : null;
}
