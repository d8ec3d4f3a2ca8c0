using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Makes the file tree of a deployment out of what it starts from and what was changed since.</summary>
public static class SourceAssembler
{
    /// <summary>
    /// Applies the changes in order to the base, drops excluded paths, then checks paths and limits. Deleting a file that is not there is
    /// no error: a history may delete what an earlier deletion already removed.
    /// </summary>
    public static ErrorOr<SourceTree> Assemble(IEnumerable<SourceFile> baseFiles, IEnumerable<FileDiff> diffs, SourceLimits limits)
    {
        var files = new Dictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (var file in baseFiles)
        {
            var path = SourcePath.Normalize(file.Path, limits.MaxDepth);
            if (path.IsError) return path.Errors;
            if (!files.TryAdd(path.Value, file with { Path = path.Value })) return SourceErrors.DuplicatePath(path.Value);
        }

        foreach (var diff in diffs)
        {
            var path = SourcePath.Normalize(diff.Path, limits.MaxDepth);
            if (path.IsError) return path.Errors;

            if (diff.Content is { } content) files[path.Value] = new SourceFile(path.Value, content);
            else files.Remove(path.Value);
        }

        var package = PackageJson.Read(files.GetValueOrDefault(PackageJson.FileName));
        if (package.IsError) return package.Errors;

        var excluded = ExcludedPaths.For(BuildScripts.Of(package.Value), files.Keys);
        var byCause = files.Values.ToLookup(file => excluded.CauseOf(file.Path));
        return SourceTree.Create(byCause[null], limits, byCause.Select(left => left.Key).OfType<string>());
    }
}
