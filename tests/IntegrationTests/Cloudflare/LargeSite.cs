using System.Security.Cryptography;
using System.Text.Json;
using Libra.Deploy.Application.Deployments.Artifacts;

namespace Libra.Deploy.IntegrationTests.Cloudflare;

/// <summary>Many files on disk as an artifact, of which none is in memory.</summary>
internal sealed class LargeSite : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("libra-large-");
    private readonly List<ArtifactFile> _files = [];

    public LargeSite() => _folder.CreateSubdirectory("assets");

    public IArtifact Artifact => new FolderArtifact(
        _folder.FullName, new ArtifactManifest(1, "2026-11-01", [], null, new AssetsSettings(), new Dictionary<string, JsonElement>(), _files.ToList()));

    /// <summary>Adds files of random bytes, each different from all others.</summary>
    public async Task AddAsync(int count, int bytes)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        for (var i = 0; i < count; i++)
        {
            BitConverter.TryWriteBytes(content, i);
            _files.Add(await WriteAsync($"assets/{i}.bin", content));
        }
    }

    /// <summary>Adds one file of zeros.</summary>
    public async Task AddAsync(string name, long bytes) => _files.Add(await WriteAsync($"assets/{name}", new byte[bytes]));

    /// <summary>Gives a file other bytes.</summary>
    public async Task ChangeAsync(int number) =>
        _files[number] = await WriteAsync(_files[number].Path, RandomNumberGenerator.GetBytes((int)_files[number].Size));

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task<ArtifactFile> WriteAsync(string path, byte[] content)
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.FullName, path), content);
        return new ArtifactFile(path, Convert.ToHexStringLower(SHA256.HashData(content)), content.Length, "application/octet-stream");
    }

    private sealed class FolderArtifact(string folder, ArtifactManifest manifest) : IArtifact
    {
        public string Digest { get; } = new('d', 64);

        public ArtifactManifest Manifest => manifest;

        public string Folder => folder;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
