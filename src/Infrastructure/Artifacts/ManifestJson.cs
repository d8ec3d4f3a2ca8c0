using System.Security.Cryptography;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.Infrastructure.Artifacts;

/// <summary>
/// The canonical text of a manifest: properties in the order of their declaration, vars, module types and files ordered by name, no
/// white space.
/// </summary>
internal static class ManifestJson
{
    // The order of declaration is the order of the text: moving a property changes every digest.
    private static readonly JsonSerializerOptions Canonical = new(JsonSerializerDefaults.Web) { WriteIndented = false };

    public static byte[] Write(ArtifactManifest manifest) => JsonSerializer.SerializeToUtf8Bytes(
        manifest with
        {
            Worker = manifest.Worker is { ModuleTypes: { } types } worker ? worker with { ModuleTypes = Sorted(types) } : manifest.Worker,
            Vars = Sorted(manifest.Vars),
            Files = [.. manifest.Files.OrderBy(file => file.Path, StringComparer.Ordinal)],
        },
        Canonical);

    /// <exception cref="InvalidDataException">The text is not a manifest, or one of a later format.</exception>
    public static ArtifactManifest Read(byte[] json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<ArtifactManifest>(json, Canonical);
            if (manifest is null or { FormatVersion: > ArtifactManifest.CurrentFormat })
                throw new InvalidDataException(
                    $"The artifact has format {manifest?.FormatVersion}; this version reads up to {ArtifactManifest.CurrentFormat}.");
            return manifest;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The manifest of the artifact is not valid.", e);
        }
    }

    private static SortedDictionary<string, T> Sorted<T>(IReadOnlyDictionary<string, T> values) =>
        new(values.ToDictionary(), StringComparer.Ordinal);

    public static string Digest(byte[] canonical) => Convert.ToHexStringLower(SHA256.HashData(canonical));
}
