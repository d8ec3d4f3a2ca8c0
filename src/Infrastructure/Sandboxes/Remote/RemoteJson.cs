using System.Text.Json;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Reads answers that need not be what was agreed.</summary>
internal static class RemoteJson
{
    /// <summary>A text of an object; null when there is none of that name.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
