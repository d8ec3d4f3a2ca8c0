using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Libra.Deploy.Infrastructure.Storage;

/// <summary>Makes a renamed file survive a power loss: .NET flushes files, but has no call for the folder that names them.</summary>
internal static class DirectoryFlush
{
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC, so that no child process inherits it

    /// <summary>Flushes the folder's entries to the disk; does nothing when the folder was removed meanwhile.</summary>
    public static void Flush(string path)
    {
        var descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), ReadOnly);
        if (descriptor < 0) return; // a concurrent delete removed the empty folder; there is nothing left to keep

        try
        {
            if (Fsync(descriptor) != 0)
                throw new IOException($"Flushing the folder failed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
