using System.Globalization;
using Libra.Deploy.Infrastructure.Processes;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>Keeps a data folder for one process.</summary>
internal static class OwnerLock
{
    /// <exception cref="InvalidOperationException">Another process still holds the folder after the wait.</exception>
    public static async Task<IDisposable> AcquireAsync(ServerFolders folders, TimeSpan wait, CancellationToken cancellationToken)
    {
        var held = await LockFile.TryAcquireAsync(folders.Lock, wait, cancellationToken)
            ?? throw new InvalidOperationException(
                $"Process {ReadOwner(folders)} already runs PostgreSQL in {folders.Owner}; stop it, or use another data folder.");
        // In a file of its own, since others cannot open the locked one.
        File.WriteAllText(folders.OwnerProcess, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return held;
    }

    private static string ReadOwner(ServerFolders folders) =>
        File.Exists(folders.OwnerProcess) ? File.ReadAllText(folders.OwnerProcess) : "?";
}
