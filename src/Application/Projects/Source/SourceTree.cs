using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>The files of a project as they go into a build: checked, ordered by path, known by a digest.</summary>
public sealed class SourceTree
{
    private readonly Dictionary<string, SourceFile> _byPath;

    private SourceTree(IReadOnlyList<SourceFile> files, IEnumerable<string> leftOut)
    {
        Files = files;
        LeftOut = [.. leftOut.Distinct().Order(StringComparer.Ordinal)];
        TotalBytes = files.Sum(file => (long)file.Content.Length);
        Digest = DigestOf(files);
        _byPath = files.ToDictionary(file => file.Path, StringComparer.Ordinal);
    }

    /// <summary>Every file, ordered by ordinal path.</summary>
    public IReadOnlyList<SourceFile> Files { get; }

    /// <summary>Files and folders that the project came with and that no build gets to see, ordered by path.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>Bytes of all contents together.</summary>
    public long TotalBytes { get; }

    /// <summary>Lower-case hex SHA-256 of all paths and contents, the same in whatever order the files came.</summary>
    public string Digest { get; }

    /// <summary>Takes the files as they are, if their paths are sound, unique on any file system, and within the limits.</summary>
    /// <param name="files">All of them.</param>
    /// <param name="limits">What they may amount to.</param>
    /// <param name="leftOut">What was taken out before, to tell its owner.</param>
    public static ErrorOr<SourceTree> Create(IEnumerable<SourceFile> files, SourceLimits limits, IEnumerable<string>? leftOut = null)
    {
        var accepted = new List<SourceFile>();
        var sizes = new SourceSize(limits);
        foreach (var file in files)
        {
            var path = SourcePath.Normalize(file.Path, limits.MaxDepth);
            if (path.IsError) return path.Errors;

            var added = sizes.Add(path.Value, file.Content.Length);
            if (added.IsError) return added.Errors;

            accepted.Add(file with { Path = path.Value });
        }

        accepted.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return FindCollision(accepted) is { } collision ? collision : new SourceTree(accepted, leftOut ?? []);
    }

    /// <summary>The file at exactly that path; null when there is none.</summary>
    public SourceFile? Find(string path) => _byPath.GetValueOrDefault(path);

    private static Error? FindCollision(List<SourceFile> files)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in files.Select(file => file.Path))
        {
            if (taken.TryAdd(SourcePath.Fold(path), path)) continue;

            var other = taken[SourcePath.Fold(path)];
            return other == path ? SourceErrors.DuplicatePath(path) : SourceErrors.Collision(other, path);
        }

        foreach (var path in files.Select(file => file.Path))
        {
            for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
            {
                if (taken.TryGetValue(SourcePath.Fold(path[..slash]), out var file)) return SourceErrors.FileAndDirectory(file, path);
            }
        }

        return null;
    }

    // Lengths come before what they measure, so that no two different trees are written as the same bytes.
    private static string DigestOf(IReadOnlyList<SourceFile> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            AppendFramed(hash, Encoding.UTF8.GetBytes(file.Path));
            AppendFramed(hash, file.Content.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void AppendFramed(IncrementalHash hash, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(length, bytes.Length);
        hash.AppendData(length);
        hash.AppendData(bytes);
    }
}
