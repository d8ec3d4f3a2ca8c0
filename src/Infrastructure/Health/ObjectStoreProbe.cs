using System.Text;
using Libra.Deploy.Application.Health;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Infrastructure.Storage;

namespace Libra.Deploy.Infrastructure.Health;

/// <summary>Writes a small object, reads it back and removes it.</summary>
internal sealed class ObjectStoreProbe(IObjectStore objects) : IDependencyProbe
{
    public string Name => Dependencies.ObjectStorage;

    // Whoever looks after a fleet sees here that its nodes do not share one.
    private string Where => objects is FolderObjectStore ? " in a folder of this machine" : string.Empty;

    public ProbePace Pace { get; } = new(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5));

    public async Task<ProbeFinding> ProbeAsync(CancellationToken cancellationToken)
    {
        // A key of its own for each try: nodes look at the same time.
        var nonce = Guid.NewGuid().ToString("N");
        var (key, content) = ($"health/{nonce}", Encoding.ASCII.GetBytes(nonce));
        await objects.PutAsync(ObjectBucket.Logs, key, new MemoryStream(content), "text/plain", cancellationToken);
        var read = await objects.ReadRangeAsync(ObjectBucket.Logs, key, 0, content.Length, cancellationToken);
        await objects.DeleteAsync(ObjectBucket.Logs, [key], cancellationToken);
        return content.AsSpan().SequenceEqual(read)
            ? ProbeFinding.Up($"An object was written, read and removed{Where}.")
            : ProbeFinding.Down("An object came back other than it was written.");
    }
}
