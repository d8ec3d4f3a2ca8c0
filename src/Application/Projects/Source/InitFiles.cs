using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Reads the files that a client sends instead of starting from a template.</summary>
public static class InitFiles
{
    /// <summary>
    /// Takes both forms: an array of <c>{ path, content, encoding? }</c>, or a tree
    /// <c>{ name: { type: "file", content, isBinary? } | { type: "directory", children } }</c>.
    /// </summary>
    /// <remarks>
    /// A name in the tree may itself be a relative path (<c>"src/App.tsx"</c>). Unknown fields are ignored, and files that never go
    /// into a build are left out at once, so that an uploaded <c>node_modules</c> uses up no limit but
    /// <see cref="SourceLimits.MaxEntries"/>.
    /// </remarks>
    public static ErrorOr<IReadOnlyList<SourceFile>> Parse(string json, SourceLimits limits)
    {
        var parsed = SourceJson.Parse(json, "initFiles");
        if (parsed.IsError) return parsed.Errors;

        using var document = parsed.Value;
        var reader = new InitFilesReader(limits);
        var read = document.RootElement.ValueKind switch
        {
            JsonValueKind.Array => reader.ReadList(document.RootElement),
            JsonValueKind.Object => reader.ReadFolder(folder: null, document.RootElement),
            _ => SourceErrors.NotFiles(),
        };

        return read.IsError ? read.Errors : ErrorOrFactory.From<IReadOnlyList<SourceFile>>(reader.Files);
    }
}
