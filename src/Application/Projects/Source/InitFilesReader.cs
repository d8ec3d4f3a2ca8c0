using System.Text;
using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Collects the files of one <c>initFiles</c> value.</summary>
internal sealed class InitFilesReader(SourceLimits limits)
{
    private const int MaxFields = 1_000; // of one entry, of which a handful are known

    private readonly List<SourceFile> _files = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);
    private readonly SourceSize _size = new(limits);
    private int _entries;

    public IReadOnlyList<SourceFile> Files => _files;

    public ErrorOr<Success> ReadList(JsonElement list)
    {
        var index = 0;
        foreach (var element in list.EnumerateArray())
        {
            var where = $"initFiles[{index++}]";
            if (IsOneTooMany()) return SourceErrors.TooManyEntries(limits.MaxEntries);
            var entry = ReadObject(element, where);
            if (entry.IsError) return entry.Errors;
            if (!SourceJson.TryText(Get(entry.Value, "path"), out var raw))
                return SourceErrors.BadEntry(where, "has no readable text in 'path'");

            var added = AddFile(raw, entry.Value);
            if (added.IsError) return added.Errors;
        }

        return Result.Success;
    }

    /// <summary>Reads a folder of the tree form; <paramref name="folder"/> is its normal path, null for the root.</summary>
    public ErrorOr<Success> ReadFolder(string? folder, JsonElement children)
    {
        if (children.GetPropertyCount() > limits.MaxEntries - _entries) return SourceErrors.TooManyEntries(limits.MaxEntries);

        var named = SourceJson.Properties(children, folder is null ? "initFiles" : SourceErrors.Show(folder));
        if (named.IsError) return named.Errors;

        foreach (var (name, node) in named.Value)
        {
            var path = Join(folder, name);
            if (path.IsError) return path.Errors;

            var read = ReadNode(path.Value, node);
            if (read.IsError) return read.Errors;
        }

        return Result.Success;
    }

    private ErrorOr<Success> ReadNode(string path, JsonElement node)
    {
        if (IsOneTooMany()) return SourceErrors.TooManyEntries(limits.MaxEntries);

        var shown = SourceErrors.Show(path);
        var entry = ReadObject(node, shown);
        if (entry.IsError) return entry.Errors;

        SourceJson.TryText(Get(entry.Value, "type"), out var type);
        if (type == "file") return AddFile(path, entry.Value);
        if (type != "directory") return SourceErrors.BadEntry(shown, "must have the type 'file' or 'directory'");

        return Get(entry.Value, "children") is { ValueKind: JsonValueKind.Object } children
            ? ReadFolder(path, children)
            : SourceErrors.BadEntry(shown, "is a directory without an object 'children'");
    }

    private bool IsOneTooMany() => ++_entries > limits.MaxEntries;

    // The name is checked before it is joined: behind a folder, an absolute or empty one would look harmless.
    private ErrorOr<string> Join(string? folder, string name)
    {
        var normal = SourcePath.Normalize(name, limits.MaxDepth);
        if (normal.IsError || folder is null) return normal;

        return SourcePath.Normalize($"{folder}/{normal.Value}", limits.MaxDepth);
    }

    private ErrorOr<Success> AddFile(string raw, Dictionary<string, JsonElement> entry)
    {
        var normal = SourcePath.Normalize(raw, limits.MaxDepth);
        if (normal.IsError) return normal.Errors;

        var path = normal.Value;
        if (!_paths.Add(path)) return SourceErrors.DuplicatePath(path);
        if (ExcludedPaths.IsAlwaysExcluded(path) && !IsReadForSecrets(path)) return Result.Success;

        var content = ReadContent(path, entry);
        if (content.IsError) return content.Errors;

        _files.Add(new SourceFile(path, content.Value));
        return _size.Add(path, content.Value.Length);
    }

    // Never part of a build either, but what stands in it must not stand in the build's log.
    private static bool IsReadForSecrets(string path) =>
        ProjectSecrets.IsSettings(path)
            && !(Path.GetDirectoryName(path) is { Length: > 0 } folder && ExcludedPaths.IsAlwaysExcluded(folder));

    private static ErrorOr<byte[]> ReadContent(string path, Dictionary<string, JsonElement> entry)
    {
        if (!SourceJson.TryText(Get(entry, "content"), out var content))
            return SourceErrors.BadContent(path, "'content' must be valid Unicode text");

        var isBase64 = IsBase64(path, entry);
        if (isBase64.IsError) return isBase64.Errors;
        return isBase64.Value ? SourceText.FromBase64(path, content) : Encoding.UTF8.GetBytes(content);
    }

    // Either field may come with either form: clients that send both forms mark binary files in the way that they know.
    private static ErrorOr<bool> IsBase64(string path, Dictionary<string, JsonElement> entry)
    {
        var isBinary = Get(entry, "isBinary") is { ValueKind: JsonValueKind.True };
        if (Get(entry, "encoding") is not { ValueKind: not JsonValueKind.Null } encoding) return isBinary;
        if (!SourceJson.TryText(encoding, out var name)) return SourceErrors.BadContent(path, "'encoding' must be 'utf8' or 'base64'");

        return name switch
        {
            "base64" => true,
            "utf8" => isBinary ? SourceErrors.BadContent(path, "it is said to be binary and 'utf8'") : false,
            _ => SourceErrors.BadContent(path, $"'encoding' is {SourceErrors.Show(name)}, not 'utf8' or 'base64'"),
        };
    }

    private static ErrorOr<Dictionary<string, JsonElement>> ReadObject(JsonElement element, string where)
    {
        if (element.ValueKind != JsonValueKind.Object) return SourceErrors.BadEntry(where, "must be an object");
        if (element.GetPropertyCount() > MaxFields) return SourceErrors.TooManyFields(where, MaxFields);

        return SourceJson.Properties(element, where);
    }

    private static JsonElement? Get(Dictionary<string, JsonElement> entry, string name) =>
        entry.TryGetValue(name, out var value) ? value : null;
}
