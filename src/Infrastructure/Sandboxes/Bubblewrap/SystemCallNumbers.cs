namespace Libra.Deploy.Infrastructure.Sandboxes.Bubblewrap;

/// <summary>The numbers of the calls that <see cref="SystemCallFilter"/> is about, as the kernel's tables have them.</summary>
/// <param name="Machine">The kernel's name for the architecture (AUDIT_ARCH).</param>
/// <param name="Refused">Calls that a build may not make.</param>
/// <param name="Missing">
/// Calls that are as if the kernel were older: io_uring, a large and young part of it, and clone3, whose flags lie where a filter cannot
/// read them; the C library then takes clone.
/// </param>
internal sealed record SystemCallNumbers(uint Machine, uint[] Refused, uint[] Missing, uint CloneCall, uint SocketCall, uint IoctlCall)
{
    public static SystemCallNumbers X64 { get; } = new(
        0xc000003e,
        [
            // Modules, another kernel, swap, accounts.
            175 /* init_module */, 313 /* finit_module */, 176 /* delete_module */, 246 /* kexec_load */, 320 /* kexec_file_load */,
            169 /* reboot */, 167 /* swapon */, 168 /* swapoff */, 163 /* acct */, 179 /* quotactl */, 443 /* quotactl_fd */,
            180 /* nfsservctl */,
            // Mounts and namespaces.
            165 /* mount */, 166 /* umount2 */, 155 /* pivot_root */, 161 /* chroot */, 428 /* open_tree */, 429 /* move_mount */,
            430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */, 442 /* mount_setattr */, 308 /* setns */,
            272 /* unshare */,
            // Programs in the kernel, its counters, faults handled by a program.
            321 /* bpf */, 298 /* perf_event_open */, 323 /* userfaultfd */,
            // The kernel's keys, which no namespace parts.
            248 /* add_key */, 249 /* request_key */, 250 /* keyctl */,
            // Other processes.
            101 /* ptrace */, 310 /* process_vm_readv */, 311 /* process_vm_writev */, 440 /* process_madvise */, 312 /* kcmp */,
            438 /* pidfd_getfd */,
            // Files past their paths.
            303 /* name_to_handle_at */, 304 /* open_by_handle_at */, 300 /* fanotify_init */, 301 /* fanotify_mark */,
            212 /* lookup_dcookie */,
            // Clocks and names of the machine, its log.
            164 /* settimeofday */, 227 /* clock_settime */, 305 /* clock_adjtime */, 159 /* adjtimex */, 170 /* sethostname */,
            171 /* setdomainname */, 103 /* syslog */, 153 /* vhangup */,
            // Ports and tables of the processor, and what only x86 still has.
            172 /* iopl */, 173 /* ioperm */, 154 /* modify_ldt */, 134 /* uselib */, 136 /* ustat */, 139 /* sysfs */,
            156 /* _sysctl */,
        ],
        [425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */, 435 /* clone3 */],
        CloneCall: 56,
        SocketCall: 41,
        IoctlCall: 16);

    public static SystemCallNumbers Arm64 { get; } = new(
        0xc00000b7,
        [
            // Modules, another kernel, swap, accounts.
            105 /* init_module */, 273 /* finit_module */, 106 /* delete_module */, 104 /* kexec_load */, 294 /* kexec_file_load */,
            142 /* reboot */, 224 /* swapon */, 225 /* swapoff */, 89 /* acct */, 60 /* quotactl */, 443 /* quotactl_fd */,
            42 /* nfsservctl */,
            // Mounts and namespaces.
            40 /* mount */, 39 /* umount2 */, 41 /* pivot_root */, 51 /* chroot */, 428 /* open_tree */, 429 /* move_mount */,
            430 /* fsopen */, 431 /* fsconfig */, 432 /* fsmount */, 433 /* fspick */, 442 /* mount_setattr */, 268 /* setns */,
            97 /* unshare */,
            // Programs in the kernel, its counters, faults handled by a program.
            280 /* bpf */, 241 /* perf_event_open */, 282 /* userfaultfd */,
            // The kernel's keys, which no namespace parts.
            217 /* add_key */, 218 /* request_key */, 219 /* keyctl */,
            // Other processes.
            117 /* ptrace */, 270 /* process_vm_readv */, 271 /* process_vm_writev */, 440 /* process_madvise */, 272 /* kcmp */,
            438 /* pidfd_getfd */,
            // Files past their paths.
            264 /* name_to_handle_at */, 265 /* open_by_handle_at */, 262 /* fanotify_init */, 263 /* fanotify_mark */,
            18 /* lookup_dcookie */,
            // Clocks and names of the machine, its log.
            170 /* settimeofday */, 112 /* clock_settime */, 266 /* clock_adjtime */, 171 /* adjtimex */, 161 /* sethostname */,
            162 /* setdomainname */, 116 /* syslog */, 58 /* vhangup */,
        ],
        [425 /* io_uring_setup */, 426 /* io_uring_enter */, 427 /* io_uring_register */, 435 /* clone3 */],
        CloneCall: 220,
        SocketCall: 198,
        IoctlCall: 29);
}
