using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.Deployments;

/// <summary>Reads the body of <c>POST /deploy</c>; unknown fields are ignored, because V1 clients send some.</summary>
internal static class DeployRequest
{
    private const int LongestDomain = 300;
    private const int LongestTimeout = 86_400_000;

    /// <returns>The command, or every field that is wrong, in the words of the old services.</returns>
    public static ErrorOr<CreateDeploymentCommand> Read(JsonElement body, string requestId)
    {
        var fields = new FieldReader(body);
        var projectId = fields.RequiredText("projectId", "Project ID is required");
        var organizationId = fields.RequiredText("orgId", "Organization ID is required");
        var userId = fields.RequiredText("userId", "User ID is required");
        var config = fields.OptionalObject("config");
        var command = new CreateDeploymentCommand(projectId, organizationId, userId)
        {
            CustomDomain = fields.OptionalText("customDomain", LongestDomain),
            Source = ReadSource(fields),
            Priority = (int?)fields.OptionalInteger("priority", 0, 10),
            Timeout = (int?)config?.OptionalInteger("timeout", 1_000, LongestTimeout),
            Debug = config?.OptionalFlag("debug") ?? false,
            Force = config?.OptionalFlag("force") ?? false,
            RequestId = requestId,
        };
        return fields.Errors.Count == 0 ? command : fields.Errors;
    }

    private static RequestSource? ReadSource(FieldReader fields)
    {
        var files = Raw(fields, "initFiles", JsonValueKind.Array, JsonValueKind.Object);
        if (files is not null && IsEmptyTree(fields.Any("initFiles"))) files = null; // sent so by clients that mean the template
        var history = Raw(fields, "historyMessages", JsonValueKind.Array, JsonValueKind.String);
        return files is null && history is null ? null : new RequestSource(files, history);
    }

    private static bool IsEmptyTree(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } tree && tree.GetPropertyCount() == 0;

    private static string? Raw(FieldReader fields, string name, JsonValueKind one, JsonValueKind other)
    {
        if (fields.Any(name) is not { ValueKind: not JsonValueKind.Null } value) return null;
        if (value.ValueKind == one || value.ValueKind == other) return value.GetRawText();
        return fields.Refuse(name, FieldTexts.Expected("array", value));
    }
}
