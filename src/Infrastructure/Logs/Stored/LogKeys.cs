using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Infrastructure.Storage;

namespace Libra.Deploy.Infrastructure.Logs.Stored;

/// <summary>Keys below which one deployment's log is stored.</summary>
internal sealed class LogKeys(LogSubject subject)
{
    private const string ChunkEnd = ".ndjson.gz";

    /// <summary>Everything of the log has this prefix.</summary>
    public string Prefix { get; } = $"logs/{Segment(subject.OrganizationId)}/{Segment(subject.ProjectId)}/{subject.DeploymentId}/";

    /// <summary>The whole log, once it is sealed.</summary>
    public string Sealed => Prefix + "sealed.ndjson.gz";

    /// <summary>Where each part of the sealed log begins.</summary>
    public string Index => Prefix + "sealed.index.json";

    /// <summary>
    /// The chunk that continues the log behind <paramref name="tip"/>. The folder is the attempt of the line before, not of the
    /// chunk's own lines: so every writer that wants to continue there competes for the same key, and only one gets it.
    /// </summary>
    public string Chunk(LogTip tip) => At(tip, ChunkEnd);

    /// <summary>Left by a writer that shipped all it had and ended there.</summary>
    public string Closed(LogTip tip) => At(tip, ".closed");

    /// <summary>First line of a chunk; null when the key is none of a chunk.</summary>
    public long? FirstOf(string key)
    {
        if (!key.EndsWith(ChunkEnd, StringComparison.Ordinal) || key == Sealed) return null;

        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        return long.TryParse(name[..^ChunkEnd.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first : null;
    }

    private string At(LogTip tip, string end) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{tip.Attempt:d4}/{tip.Next:d12}{end}");

    /// <summary>Ids come from the platform and may hold anything: those that are not a plain segment are hashed.</summary>
    private static string Segment(string id) =>
        id.Length is > 0 and <= 100 && id[0] != '_' && ObjectKey.IsSegment(id)
            ? id
            : "_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));
}
