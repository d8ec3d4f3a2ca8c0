using System.Globalization;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>Keeps the folders of a server for one process.</summary>
internal static class OwnerLock
{
    /// <exception cref="InvalidOperationException">Another process still holds the folder after the wait.</exception>
    public static async Task<IDisposable> AcquireAsync(OwnerFolder owner, TimeSpan wait, CancellationToken cancellationToken)
    {
        var held = await LockFile.TryAcquireAsync(owner.Lock, wait, cancellationToken)
            ?? throw new InvalidOperationException(
                $"Process {ReadOwner(owner)} already runs PostgreSQL in {owner.Path}; stop it, or use another data folder.");
        // In a file of its own, since others cannot open the locked one.
        File.WriteAllText(owner.Process, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return held;
    }

    /// <summary>Keeps the server's part too, when it lies elsewhere; null when it does not.</summary>
    /// <exception cref="InvalidOperationException">A process that works in a copy of the owner's folder holds it.</exception>
    public static async Task<IDisposable?> AcquireServerAsync(ServerFolders folders, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (folders.Lock is not { } path) return null;
        return await LockFile.TryAcquireAsync(path, wait, cancellationToken)
            ?? throw new InvalidOperationException(
                $"{folders.Owner.Place} names {folders.Server}, where another process already runs PostgreSQL; "
                + $"stop it, or, if {folders.Owner.Path} is a copy, remove it.");
    }

    private static string ReadOwner(OwnerFolder owner) => File.Exists(owner.Process) ? File.ReadAllText(owner.Process) : "?";
}
