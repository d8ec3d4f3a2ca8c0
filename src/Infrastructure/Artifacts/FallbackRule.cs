using System.Text;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>
/// <c>/* /index.html 200</c>: the rule of <c>_redirects</c> by which other hosts answer unknown addresses with a site's page. Workers
/// takes it for a loop and refuses the whole version (error 100324), and has a setting for what it means.
/// </summary>
internal static class FallbackRule
{
    /// <summary>For the deployment's log.</summary>
    public const string Note = "_redirects: the rule that sends every address to the start page is left out, because Workers takes it "
        + "for a loop. Unknown addresses are answered with index.html all the same.";

    /// <summary>Leaves the rule out of the file, and the file out of the artifact when nothing else is in it.</summary>
    /// <returns>True when the rule was there.</returns>
    public static async Task<bool> TakeOutAsync(List<UnpackedFile> files, string folder, CancellationToken cancellationToken)
    {
        var index = files.FindIndex(file => file.Path == AssetRules.Redirects);
        if (index < 0) return false;

        // Read as the targets do, which know the byte-order marks that some editors write.
        var path = Path.Combine(folder, AssetRules.Redirects);
        var lines = (await File.ReadAllTextAsync(path, cancellationToken)).Split('\n');
        var kept = string.Join('\n', lines.Where(line => !IsFallback(line)));
        if (kept.Length == lines.Sum(line => line.Length + 1) - 1) return false;

        files.RemoveAt(index);
        File.Delete(path);
        if (string.IsNullOrWhiteSpace(kept)) return true;

        var content = new MemorySource(Encoding.UTF8.GetBytes(kept));
        var (sha256, size) = await FileContent.WriteAsync(path, content.ReadAsync, cancellationToken);
        files.Insert(index, new UnpackedFile(AssetRules.Redirects, sha256, size));
        return true;
    }

    private static bool IsFallback(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is
            ["/*", "/" or "/index" or "/index.html", "200" or "200!", .. { } rest]
        && (rest.Length == 0 || rest[0].StartsWith('#'));
}
