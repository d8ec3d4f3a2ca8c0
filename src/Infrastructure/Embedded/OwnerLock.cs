using System.Diagnostics;
using System.Globalization;

namespace Libra.Deploy.Infrastructure.Embedded;

/// <summary>Holds a data folder for one process; the kernel lets go of it however that process ends.</summary>
internal static class OwnerLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <exception cref="InvalidOperationException">Another process still holds the folder after the wait.</exception>
    public static async Task<IDisposable> AcquireAsync(ServerFolders folders, TimeSpan wait, CancellationToken cancellationToken)
    {
        var held = await OpenAsync(folders, wait, cancellationToken);
        // In a file of its own, since others cannot read the locked one.
        File.WriteAllText(folders.OwnerProcess, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return held;
    }

    private static async Task<FileStream> OpenAsync(ServerFolders folders, TimeSpan wait, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(folders.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited.Elapsed < wait)
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (IOException e) when (File.Exists(folders.OwnerProcess))
            {
                throw new InvalidOperationException(
                    $"Process {File.ReadAllText(folders.OwnerProcess)} already runs PostgreSQL in {folders.Owner}; stop it, or use another data folder.", e);
            }
        }
    }
}
