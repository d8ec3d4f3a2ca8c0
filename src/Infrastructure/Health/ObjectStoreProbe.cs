using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Writes a small object, reads it back and removes it, and looks whether the other bucket is there.</summary>
internal sealed class ObjectStoreProbe(IObjectStore objects) : IDependencyProbe
{
    // Nodes look at the same time; one for each try would leave many behind where writing is allowed and deleting is not.
    private readonly string _key = $"health/{Guid.NewGuid():N}";

    public string Name => Dependencies.ObjectStorage;

    // Whoever looks after a fleet sees here that its nodes do not share one.
    private string Where => objects is FolderObjectStore ? " in a folder of this machine" : string.Empty;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        var content = Guid.NewGuid().ToByteArray();
        await objects.PutAsync(ObjectBucket.Logs, _key, new MemoryStream(content), "application/octet-stream", cancellationToken);
        var read = await objects.ReadRangeAsync(ObjectBucket.Logs, _key, 0, content.Length, cancellationToken);
        await objects.DeleteAsync(ObjectBucket.Logs, [_key], cancellationToken);
        await objects.HeadAsync(ObjectBucket.Artifacts, _key, cancellationToken); // fails when this bucket is missing
        return content.AsSpan().SequenceEqual(read)
            ? ProbeFinding.Up($"An object was written, read and removed{Where}.")
            : ProbeFinding.Down("An object came back other than it was written.");
    }
}
