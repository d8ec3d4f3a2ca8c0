using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Infrastructure.Processes;
using IO = System.IO.Path;

namespace Libra.Deploy.Infrastructure.Sandboxes;

/// <summary>The folder of one sandbox, owned by the process that holds its lock.</summary>
internal sealed class JobFolder : IDisposable
{
    private const string LockName = "owner.lock";
    private readonly IDisposable _owner;

    private JobFolder(string path, IDisposable owner) => (Path, _owner) = (path, owner);

    public string Path { get; }

    public string Id => IO.GetFileName(Path);

    public string Source => IO.Combine(Path, "source");

    public static JobFolder Create(OrganizationFolders folders, DeploymentId deployment)
    {
        var path = Directory.CreateDirectory(IO.Combine(folders.Jobs, $"{deployment}.{Guid.NewGuid().ToString("N")[..8]}")).FullName;
        var owner = LockFile.TryTake(IO.Combine(path, LockName)) ?? throw new IOException($"{path} is new and yet in use.");
        var job = new JobFolder(path, owner);
        Directory.CreateDirectory(job.Source);
        return job;
    }

    /// <summary>Takes over a folder whose owner is dead; null when it lives.</summary>
    public static JobFolder? TryAdopt(string path) => LockFile.TryTake(IO.Combine(path, LockName)) is { } owner ? new JobFolder(path, owner) : null;

    /// <summary>Which deployment a sandbox's folder was made for; null when its name is not of ours.</summary>
    public static DeploymentId? DeploymentOf(string path) => DeploymentId.TryParse(IO.GetFileName(path).Split('.')[0]);

    public void Dispose()
    {
        Directory.Delete(Path, recursive: true);
        _owner.Dispose();
    }
}
