using System.Text;
using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>One change of one file, as a chat message recorded it.</summary>
/// <param name="Content">The whole file afterwards; null when the change removes it.</param>
public sealed record FileDiff(string Path, ReadOnlyMemory<byte>? Content);

/// <summary>Reads the changes of files out of a project's chat history.</summary>
public static class HistoryDiffs
{
    private static readonly ErrorOr<IReadOnlyList<FileDiff>> NoDiffs = ErrorOrFactory.From<IReadOnlyList<FileDiff>>(value: []);

    /// <summary>
    /// The changes of all messages
    /// <c>{ type: "diff", diff: [{ path, type: "create" | "edit" | "delete", modified, encoding?: "base64" }] }</c> in order. Every other
    /// message is skipped whatever it holds; a diff message that cannot be read is an error, because without it the project would be
    /// another one.
    /// </summary>
    /// <param name="json">
    /// An array, or a string with an array in it: the platform keeps the history in a text column. Empty or null means no history.
    /// </param>
    public static ErrorOr<IReadOnlyList<FileDiff>> Parse(string json, SourceLimits limits) => Parse(json, limits, isUnwrapped: false);

    // Only one layer of text is unwrapped, so that a hostile one cannot make us peel for ever.
    private static ErrorOr<IReadOnlyList<FileDiff>> Parse(string json, SourceLimits limits, bool isUnwrapped)
    {
        if (string.IsNullOrWhiteSpace(json)) return NoDiffs;

        var parsed = SourceJson.Parse(json, "historyMessages");
        if (parsed.IsError) return parsed.Errors;

        using var document = parsed.Value;
        var root = document.RootElement;
        return root.ValueKind switch
        {
            JsonValueKind.Array => ReadMessages(root, limits),
            JsonValueKind.Null => NoDiffs,
            JsonValueKind.String when isUnwrapped => SourceErrors.BadHistory("the text holds another text"),
            JsonValueKind.String when SourceJson.TryText(root, out var inner) => Parse(inner, limits, isUnwrapped: true),
            JsonValueKind.String => SourceErrors.NotUnicode("historyMessages"),
            _ => SourceErrors.BadHistory("it is neither"),
        };
    }

    private static ErrorOr<IReadOnlyList<FileDiff>> ReadMessages(JsonElement messages, SourceLimits limits)
    {
        var diffs = new List<FileDiff>();
        var index = -1;
        foreach (var message in messages.EnumerateArray())
        {
            index++;
            if (!IsDiff(message)) continue;
            if (SourceJson.Find(message, "diff") is not { ValueKind: JsonValueKind.Array } changes)
                return SourceErrors.BadDiff(index, "it has no array 'diff'.");

            foreach (var change in changes.EnumerateArray())
            {
                var read = ReadChange(change, limits);
                if (read.IsError) return SourceErrors.BadDiff(index, read.FirstError.Description);

                diffs.Add(read.Value);
            }
        }

        return diffs;
    }

    private static bool IsDiff(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && SourceJson.TryText(SourceJson.Find(message, "type"), out var type) && type == "diff";

    private static ErrorOr<FileDiff> ReadChange(JsonElement change, SourceLimits limits)
    {
        if (change.ValueKind != JsonValueKind.Object) return SourceErrors.BadEntry("A change", "must be an object");
        if (!SourceJson.TryText(SourceJson.Find(change, "path"), out var raw))
            return SourceErrors.BadEntry("A change", "has no readable text in 'path'");

        var path = SourcePath.Normalize(raw, limits.MaxDepth);
        if (path.IsError) return path.Errors;

        SourceJson.TryText(SourceJson.Find(change, "type"), out var kind);
        if (kind == "delete") return new FileDiff(path.Value, Content: null);
        if (kind is not ("create" or "edit")) return SourceErrors.BadChange(path.Value);

        if (!SourceJson.TryText(SourceJson.Find(change, "modified"), out var modified))
            return SourceErrors.BadContent(path.Value, "'modified' must be valid Unicode text");

        var content = IsBase64(change) ? SourceText.FromBase64(path.Value, modified) : Encoding.UTF8.GetBytes(modified);
        return content.IsError ? content.Errors : new FileDiff(path.Value, content.Value);
    }

    // The platform's messages hold texts only; ours, of projects that are saved with their files, may hold pictures.
    private static bool IsBase64(JsonElement change) =>
        SourceJson.TryText(SourceJson.Find(change, "encoding"), out var encoding) && encoding == "base64";
}
