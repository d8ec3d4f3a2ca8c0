using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.Projects;

/// <summary>
/// A project's files given as a list, kept the way in which the platform keeps changes: as one diff message of the history.
/// </summary>
internal static class ProjectFiles
{
    private const int MostFiles = 10_000;

    /// <returns>The history as JSON; null when the body brings no files.</returns>
    public static string? AsHistory(FieldReader fields)
    {
        if (fields.OptionalArray("files", MostFiles) is not { } files) return null;

        var diffs = new JsonArray();
        foreach (var file in files.EnumerateArray())
        {
            if (Text(file, "path") is not { } path || Text(file, "content") is not { } content)
            {
                fields.Refuse("files", "Each file needs a path and a content");
                return null;
            }

            diffs.Add(new JsonObject { ["path"] = path, ["type"] = "create", ["modified"] = content, ["original"] = string.Empty });
        }

        return new JsonArray(new JsonObject { ["type"] = "diff", ["diff"] = diffs }).ToJsonString();
    }

    private static string? Text(JsonElement file, string name) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
