namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>The untrusted tar that a sandbox returns: <c>result.json</c>, <c>worker/…</c>, <c>assets/…</c>.</summary>
internal static class BuildResultTar
{
    private const string SettingsFile = "result.json";

    /// <summary>Writes the files into the draft.</summary>
    /// <returns>The settings, of which only the form is checked.</returns>
    /// <exception cref="InvalidDataException">The tar is malformed or breaks a rule; the message is for the user.</exception>
    public static async Task<BuildSettings> ReadAsync(
        Stream tar, ArtifactDraft draft, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        byte[]? settings = null;
        var reader = new StrictTarReader(tar);
        for (var entries = 1; await reader.NextAsync(cancellationToken) is { } item; entries++)
        {
            // Folders cost no bytes, so they are counted too.
            if (entries > 2 * limits.MaxFiles)
                throw new InvalidDataException($"The build result has more than {2 * limits.MaxFiles} entries.");
            var path = ArtifactPath.Clean(item.Path, limits.MaxDepth);
            draft.Claim(path, item.IsFolder);
            if (item.IsFolder) continue;

            if (path == SettingsFile) settings = await ReadSettingsAsync(reader, item.Size, limits, cancellationToken);
            else await draft.AddAsync(path, item.Size, reader.ReadAsync, cancellationToken);
        }

        return BuildSettings.Parse(settings ?? throw new InvalidDataException($"The build result has no {SettingsFile}."));
    }

    private static async Task<byte[]> ReadSettingsAsync(
        StrictTarReader reader, long size, ArtifactLimits limits, CancellationToken cancellationToken)
    {
        if (size > limits.MaxResultBytes)
            throw new InvalidDataException($"{SettingsFile} has {size} bytes; at most {limits.MaxResultBytes} are allowed.");
        var content = new byte[size];
        for (var at = 0; at < content.Length;) at += await reader.ReadAsync(content.AsMemory(at), cancellationToken);
        return content;
    }
}
