using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.WebApi.Http;

namespace Libra.Deploy.WebApi.Projects;

/// <summary>
/// What makes a project's source, checked as <c>POST /deploy</c> and every later deployment check it, and kept the way in which the
/// platform keeps it: as the history. Files given as a list become one message of it that stands for the whole project.
/// </summary>
internal static class ProjectFiles
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <returns>The history as JSON; null when the body brings neither a history nor files.</returns>
    public static string? AsHistory(FieldReader fields, SourceLimits limits) =>
        IsGiven(fields, "historyMessages") && IsGiven(fields, "files")
            ? fields.Refuse("files", "Send either files or historyMessages")
            : GivenHistory(fields, limits) ?? OfFiles(fields, limits);

    /// <summary>The field that the history is made of.</summary>
    public static string SourceField(FieldReader fields) => IsGiven(fields, "files") ? "files" : "historyMessages";

    private static bool IsGiven(FieldReader fields, string name) => fields.Any(name) is { ValueKind: not JsonValueKind.Null };

    private static string? GivenHistory(FieldReader fields, SourceLimits limits)
    {
        if (fields.Any("historyMessages") is not { ValueKind: not JsonValueKind.Null } value) return null;
        if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.String))
            return fields.Refuse("historyMessages", FieldTexts.Expected("array", value));

        var history = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        var diffs = HistoryDiffs.Parse(history, limits);
        return diffs.IsError ? fields.Refuse("historyMessages", diffs.FirstError.Description) : history;
    }

    private static string? OfFiles(FieldReader fields, SourceLimits limits)
    {
        // How many there may be is counted below, once what no build takes is left out.
        if (fields.OptionalArray("files", int.MaxValue) is not { } list) return null;
        if (!list.EnumerateArray().All(file => HasText(file, "path") && HasText(file, "content")))
            return fields.Refuse("files", "Each file needs a path and a content");

        var files = InitFiles.Parse(list.GetRawText(), limits);
        if (files.IsError) return fields.Refuse("files", files.FirstError.Description);

        var diffs = new JsonArray([.. files.Value.Select(Created)]);
        return new JsonArray(new JsonObject { ["type"] = "diff", ["base"] = HistoryDiffs.NoBase, ["diff"] = diffs }).ToJsonString();
    }

    private static bool HasText(JsonElement file, string name) =>
        file.ValueKind == JsonValueKind.Object && file.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String;

    private static JsonNode Created(SourceFile file)
    {
        var diff = new JsonObject { ["path"] = file.Path, ["type"] = "create", ["original"] = string.Empty };
        try
        {
            diff["modified"] = Strict.GetString(file.Content.Span);
        }
        catch (DecoderFallbackException)
        {
            // No text, so it travels as the form that clients send such files in.
            (diff["modified"], diff["encoding"]) = (Convert.ToBase64String(file.Content.Span), "base64");
        }

        return diff;
    }
}
