using System.Text;
using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>One change of one file, as a chat message recorded it.</summary>
/// <param name="Content">The whole file afterwards; null when the change removes it.</param>
public sealed record FileDiff(string Path, ReadOnlyMemory<byte>? Content);

/// <summary>What a project's history makes of it.</summary>
/// <param name="Files">The whole project as it was saved once; null when it starts from its template.</param>
/// <param name="Diffs">The changes since then, in order.</param>
public sealed record ProjectHistory(IReadOnlyList<SourceFile>? Files, IReadOnlyList<FileDiff> Diffs)
{
    internal static readonly ProjectHistory Empty = new(Files: null, []);
}

/// <summary>Reads the changes of files out of a project's chat history.</summary>
public static class HistoryDiffs
{
    /// <summary>The <c>base</c> of a diff message that is the whole project: neither the template nor what came before it counts.</summary>
    public const string NoBase = "none";

    /// <summary>
    /// The changes of all messages
    /// <c>{ type: "diff", base?: "none", diff: [{ path, type: "create" | "edit" | "delete", modified, encoding?: "base64" }] }</c> in
    /// order. Every other message is skipped whatever it holds; a diff message that cannot be read is an error, because without it the
    /// project would be another one.
    /// </summary>
    /// <param name="json">
    /// An array, or a string with an array in it: the platform keeps the history in a text column. Empty or null means no history.
    /// </param>
    public static ErrorOr<ProjectHistory> Parse(string json, SourceLimits limits) => Parse(json, limits, isUnwrapped: false);

    // Only one layer of text is unwrapped, so that a hostile one cannot make us peel for ever.
    private static ErrorOr<ProjectHistory> Parse(string json, SourceLimits limits, bool isUnwrapped)
    {
        if (string.IsNullOrWhiteSpace(json)) return ProjectHistory.Empty;

        var parsed = SourceJson.Parse(json, "historyMessages");
        if (parsed.IsError) return parsed.Errors;

        using var document = parsed.Value;
        var root = document.RootElement;
        return root.ValueKind switch
        {
            JsonValueKind.Array => ReadMessages(root, limits),
            JsonValueKind.Null => ProjectHistory.Empty,
            JsonValueKind.String when isUnwrapped => SourceErrors.BadHistory("the text holds another text"),
            JsonValueKind.String when SourceJson.TryText(root, out var inner) => Parse(inner, limits, isUnwrapped: true),
            JsonValueKind.String => SourceErrors.NotUnicode("historyMessages"),
            _ => SourceErrors.BadHistory("it is neither"),
        };
    }

    private static ErrorOr<ProjectHistory> ReadMessages(JsonElement messages, SourceLimits limits)
    {
        List<SourceFile>? files = null;
        var diffs = new List<FileDiff>();
        var index = -1;
        foreach (var message in messages.EnumerateArray())
        {
            index++;
            if (!IsDiff(message)) continue;

            var read = ReadChanges(message, limits, IsWholeProject(message) ? 0 : diffs.Count);
            if (read.IsError) return SourceErrors.BadDiff(index, read.FirstError.Description);
            if (!IsWholeProject(message))
            {
                diffs.AddRange(read.Value);
                continue;
            }

            if (read.Value.Find(diff => diff.Content is null) is { } gone) return SourceErrors.BadDiff(index, NotThere(gone));
            files = [.. read.Value.Select(diff => new SourceFile(diff.Path, diff.Content!.Value))];
            diffs.Clear();
        }

        return new ProjectHistory(files, diffs);
    }

    private static ErrorOr<List<FileDiff>> ReadChanges(JsonElement message, SourceLimits limits, int before)
    {
        if (SourceJson.Find(message, "diff") is not { ValueKind: JsonValueKind.Array } changes)
            return SourceErrors.BadEntry("it", "has no array 'diff'");
        if (changes.GetArrayLength() > limits.MaxEntries - before) return SourceErrors.TooManyChanges(limits.MaxEntries);

        var diffs = new List<FileDiff>();
        foreach (var change in changes.EnumerateArray())
        {
            var read = ReadChange(change, limits);
            if (read.IsError) return read.Errors;

            diffs.Add(read.Value);
        }

        return diffs;
    }

    private static bool IsDiff(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && SourceJson.TryText(SourceJson.Find(message, "type"), out var type) && type == "diff";

    private static bool IsWholeProject(JsonElement message) =>
        SourceJson.TryText(SourceJson.Find(message, "base"), out var start) && start == NoBase;

    private static string NotThere(FileDiff gone) => $"it is the whole project, and yet deletes {SourceErrors.Show(gone.Path)}.";

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
