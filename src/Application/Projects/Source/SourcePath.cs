using System.Text;
using ErrorOr;

namespace Libra.Deploy.Application.Projects.Source;

/// <summary>Turns a path from a client into one that cannot leave the project and means the same on every machine.</summary>
public static class SourcePath
{
    private const int MaxPathBytes = 1024; // keeps the path below Linux's 4096 wherever the sandbox puts the project
    private const int MaxSegmentBytes = 255; // what Linux file systems take

    /// <summary>Gives the path without <c>.</c> and empty segments, or says why it cannot be used.</summary>
    /// <remarks>Trailing dots and spaces stay: on Linux they belong to the name.</remarks>
    public static ErrorOr<string> Normalize(string raw, int maxDepth)
    {
        var flaw = FlawOfText(raw);
        if (flaw is not null) return SourceErrors.BadPath(raw, flaw);

        var segments = raw.Split('/').Where(segment => segment is not ("" or ".")).ToList();
        flaw = FlawOfSegments(segments, maxDepth);
        if (flaw is not null) return SourceErrors.BadPath(raw, flaw);

        return string.Join('/', segments);
    }

    /// <summary>The same for all paths that a system blind to case or Unicode form would take for one.</summary>
    internal static string Fold(string path) => path.Normalize(NormalizationForm.FormC).ToUpperInvariant();

    private static string? FlawOfText(string raw)
    {
        if (raw.Length == 0) return "it is empty";
        if (raw.Length > MaxPathBytes) return $"it is longer than {MaxPathBytes} bytes";
        if (!SourceText.IsWellFormed(raw)) return "it is not valid Unicode";
        if (raw.Any(char.IsControl)) return "it has control characters";
        if (raw.Contains('\\')) return "it has a backslash; separate folders with '/'";
        if (raw[0] == '/' || IsDriveLetter(raw)) return "it is absolute; paths are relative to the project";
        if (raw[^1] == '/') return "it ends in '/' and so names a folder";

        return Encoding.UTF8.GetByteCount(raw) > MaxPathBytes ? $"it is longer than {MaxPathBytes} bytes" : null;
    }

    private static string? FlawOfSegments(List<string> segments, int maxDepth)
    {
        if (segments.Count == 0) return "it names no file";
        if (segments.Count > maxDepth) return $"it is more than {maxDepth} folders deep";
        if (segments.Contains("..")) return "it has a '..' segment";

        return segments.Any(segment => Encoding.UTF8.GetByteCount(segment) > MaxSegmentBytes)
            ? $"one of its names is longer than {MaxSegmentBytes} bytes"
            : null;
    }

    private static bool IsDriveLetter(string raw) => raw.Length >= 2 && raw[1] == ':' && char.IsAsciiLetter(raw[0]);
}
