namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>Says what to do about bubblewrap's refusals.</summary>
internal static class BubblewrapAdvice
{
    public static string For(string said) => said switch
    {
        _ when Mentions(said, "nesting depth", "max_user_namespaces", "No space left") =>
            "User namespaces are used up or switched off: raise /proc/sys/user/max_user_namespaces.",
        _ when Mentions(said, "No permissions to create", "Operation not permitted", "setting up uid map", "Permission denied") =>
            "User namespaces are not allowed: set kernel.unprivileged_userns_clone=1, "
            + "on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0, in a container give it CAP_SYS_ADMIN "
            + "and a seccomp profile that allows unshare and mount; or choose another sandbox provider.",
        _ when Mentions(said, "execvp", "No such file") =>
            "A program or folder that it needs is missing: util-linux (setpriv, prlimit, unshare) and Node.js have to be installed.",
        _ => "",
    };

    private static bool Mentions(string said, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (said.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
