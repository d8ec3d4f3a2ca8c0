using System.Text;
using Libra.Deploy.Application.Common;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>What a path inside an artifact may look like: relative, with <c>/</c>, and the same on every system.</summary>
internal static class ArtifactPath
{
    public const string Worker = "worker/";
    public const string Assets = "assets/";

    private const int LongestPath = 1024;
    private const int LongestSegment = 255;

    /// <summary>The path without a leading <c>./</c> and a closing <c>/</c>; empty for the root.</summary>
    /// <param name="path">As the sandbox wrote it.</param>
    /// <param name="maxDepth">Names that it may have below its first.</param>
    /// <exception cref="InvalidDataException">The path leaves its folder or holds something that is not a plain name.</exception>
    public static string Clean(string path, int maxDepth)
    {
        var relative = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        relative = relative.EndsWith('/') ? relative[..^1] : relative;
        if (relative is "" or ".") return path is "./" or "." ? "" : throw Refuse(path, "it is empty or absolute");
        if (Encoding.UTF8.GetByteCount(relative) > LongestPath) throw Refuse(path.Shortened(80), $"it is longer than {LongestPath} bytes");
        if (relative.AsSpan().Count('/') > maxDepth) throw Refuse(path.Shortened(80), $"it is more than {maxDepth} names deep");
        foreach (var segment in relative.Split('/'))
        {
            if (segment is "" or "." or "..") throw Refuse(path, "it leaves its folder or is not in its shortest form");
            if (Encoding.UTF8.GetByteCount(segment) > LongestSegment)
                throw Refuse(path, $"a name in it is longer than {LongestSegment} bytes");
            if (segment.Any(c => char.IsControl(c) || c == '\\')) throw Refuse(path, "it holds a control character or a backslash");
        }

        return relative;
    }

    private static InvalidDataException Refuse(string path, string why) =>
        new($"The path '{string.Concat(path.Select(c => char.IsControl(c) ? '?' : c))}' cannot be part of an artifact: {why}.");
}
