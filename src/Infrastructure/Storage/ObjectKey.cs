using System.Buffers;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>The form of keys that every store accepts, so that none can leave its bucket.</summary>
internal static class ObjectKey
{
    private const int MaxLength = 1024; // S3's limit
    private const int MaxSegmentLength = 255; // a file name's limit

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>True for one path segment of the safe form.</summary>
    public static bool IsSegment(ReadOnlySpan<char> segment) =>
        segment is not ("" or "." or "..") && segment.Length <= MaxSegmentLength && !segment.ContainsAnyExcept(Allowed);

    /// <summary>Returns the key, or throws when it does not look like one.</summary>
    public static string Check(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > MaxLength || !AreSegments(key)) throw new ArgumentException($"'{key}' is not an object key.", nameof(key));
        return key;
    }

    /// <summary>Returns the prefix, or throws. It may be empty, end with a slash or stop within a segment.</summary>
    public static string CheckPrefix(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);

        // Completing it to a key keeps one rule for both; a "." or ".." at the end could still grow into a good segment.
        var completed = prefix + "x";
        if (completed.Length > MaxLength || !AreSegments(completed))
            throw new ArgumentException($"'{prefix}' is not a key prefix.", nameof(prefix));
        return prefix;
    }

    private static bool AreSegments(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            if (!IsSegment(path[range])) return false;
        }

        return true;
    }
}
