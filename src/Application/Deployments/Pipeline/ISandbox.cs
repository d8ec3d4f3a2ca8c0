using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Makes short-lived isolated places in which project code is built.</summary>
public interface ISandboxProvider
{
    /// <summary>The name by which it is configured, for instance <c>bubblewrap</c>.</summary>
    string Name { get; }

    /// <summary>How long the provider itself lets a new sandbox take; zero when it knows no time of its own.</summary>
    TimeSpan CreateTimeout => TimeSpan.Zero;

    /// <summary>The same for writing the project's files.</summary>
    TimeSpan WriteTimeout => TimeSpan.Zero;

    /// <summary>Makes a sandbox with nothing inside but the toolchain; it holds no credential of ours.</summary>
    /// <exception cref="SandboxException">The provider could not make it.</exception>
    Task<ISandbox> CreateAsync(SandboxSpec spec, CancellationToken cancellationToken);

    /// <summary>Removes what dead workers left behind; a sandbox whose deployment is in <paramref name="alive"/> stays.</summary>
    /// <returns>How many were removed.</returns>
    Task<int> ReapAsync(IReadOnlySet<DeploymentId> alive, CancellationToken cancellationToken);

    /// <summary>Shows that a sandbox could be made now; throws <see cref="SandboxException"/> with what to do when not.</summary>
    Task ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>One sandbox. Disposing it stops everything inside and removes it; safe to repeat.</summary>
public interface ISandbox : IAsyncDisposable
{
    string Id { get; }

    /// <summary>Writes the project's files, given as a tar, in one transfer. Replaces what was there.</summary>
    Task WriteAsync(Stream tar, CancellationToken cancellationToken);

    /// <summary>Installs dependencies: network to the package registry only, and no project code runs.</summary>
    Task<SandboxExit> InstallAsync(DependencyInstall install, SandboxOutput output, CancellationToken cancellationToken);

    /// <summary>
    /// Runs project code with no network, then writes <see cref="SandboxBuild.ResultPath"/> as an untrusted tar to <paramref
    /// name="result"/>.
    /// </summary>
    /// <returns>How the first failing command, or the last one, ended. The tar is written only when all exited with 0.</returns>
    Task<SandboxExit> BuildAsync(SandboxBuild build, Stream result, SandboxOutput output, CancellationToken cancellationToken);
}

/// <summary>Takes a piece of raw output as it comes; UTF-8 may be split between pieces. Awaiting it is the back-pressure.</summary>
public delegate ValueTask SandboxOutput(SandboxStream stream, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

/// <summary>Which of a command's two outputs.</summary>
public enum SandboxStream
{
    Stdout,
    Stderr,
}

/// <summary>What a sandbox is for and how much it may use.</summary>
public sealed record SandboxSpec(DeploymentId DeploymentId, string OrganizationId, string ProjectId, SandboxLimits Limits);

/// <summary>Hard limits of one sandbox.</summary>
public sealed record SandboxLimits
{
    /// <summary>The sandbox is gone after this, whatever happens.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(15);

    public long MemoryBytes { get; init; } = 2L << 30;

    public int MaxProcesses { get; init; } = 256;

    public long DiskBytes { get; init; } = 768L << 20;

    /// <summary>What an install may take on a disk of ours; a rented machine has its own.</summary>
    public long InstallDiskBytes { get; init; } = 4L << 30;

    /// <summary>An install on a disk of ours ends, to be tried again, when less than this is left there.</summary>
    public long FreeDiskBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of output a command may print; the rest is read and dropped, with one line that says so.</summary>
    public long MaxOutputBytes { get; init; } = 64L << 20;
}

/// <summary>What to install: the provider reads manifests and lock from the files written before.</summary>
public sealed record DependencyInstall(PackageManager Manager, string OrganizationId, TimeSpan Timeout);

/// <summary>Commands that run project code, one after the other, and where their result lies.</summary>
/// <param name="Commands">Each an argument list; <c>bun</c>, <c>npm</c>, <c>pnpm</c>, <c>node</c> and <c>wrangler</c> are on the
/// path.</param>
/// <param name="ResultPath">Folder below the project that leaves the sandbox.</param>
public sealed record SandboxBuild(
    IReadOnlyList<IReadOnlyList<string>> Commands,
    string ResultPath,
    TimeSpan Timeout,
    IReadOnlyDictionary<string, string> Environment);

/// <summary>How commands ended.</summary>
/// <param name="Reason">What ended them.</param>
/// <param name="ExitCode">Only for <see cref="SandboxExitReason.Exited"/>.</param>
public sealed record SandboxExit(SandboxExitReason Reason, int? ExitCode)
{
    public bool Succeeded => Reason == SandboxExitReason.Exited && ExitCode == 0;
}

/// <summary>What ended a command.</summary>
public enum SandboxExitReason
{
    Exited,
    Signaled,
    TimedOut,
    OutOfMemory,
    LimitExceeded,

    /// <summary>Nothing was run: what the project asks for is not allowed.</summary>
    Refused,
}

/// <summary>
/// The provider failed, as opposed to what ran inside. Cancelling throws <see cref="OperationCanceledException"/> instead.
/// </summary>
public sealed class SandboxException : Exception
{
    public SandboxException(string code, string message, bool transient, Exception? inner = null)
        : base(message, inner) => (Code, Transient) = (code, transient);

    /// <summary>Code of docs/api.md, for instance <c>SANDBOX_CREATE_FAILED</c>.</summary>
    public string Code { get; }

    /// <summary>True when another try may succeed.</summary>
    public bool Transient { get; }

    /// <summary>The pause that the provider asked for; null when it said nothing.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
