namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Whether this process can become other users, which decides how much a sandbox can be kept apart.</summary>
internal static class HostUser
{
    public static bool IsRoot { get; } = Environment.IsPrivilegedProcess;
}
