using System.Formats.Tar;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Deployments.Pipeline.Lockfiles;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Storage;

namespace Libra.Deploy.Infrastructure.Sandboxes.Remote;

/// <summary>Moves folders to a rented machine, each as one tar, since no service moves folders, and small files back.</summary>
internal sealed class RemoteFiles(IRemoteMachine machine, RemoteOptions options)
{
    private readonly RemoteLayout _layout = new(options);

    /// <summary>Makes a folder there the copy of one here; files that are there and not here stay.</summary>
    public async Task SendAsync(string folder, string target, string code, CancellationToken cancellationToken)
    {
        await using var tar = TemporaryStream.Open();
        await TarFile.CreateFromDirectoryAsync(folder, tar, includeBaseDirectory: false, cancellationToken);
        tar.Position = 0;
        await machine.UploadAsync(_layout.Transfer, tar, cancellationToken);

        var said = new FirstWords();
        var script = $"mkdir -p {target} && tar -xf {_layout.Transfer} -C {target} --no-same-owner && rm {_layout.Transfer}";
        if (await machine.RunAsync(script, options.TransferTimeout, said.TakeAsync, cancellationToken) != 0)
            throw new SandboxException(code, $"The files could not be unpacked in the sandbox: {said}", transient: false);
    }

    /// <summary>Brings lock files back, as far as they are there.</summary>
    public async Task TakeLocksAsync(string source, string folder, CancellationToken cancellationToken)
    {
        foreach (var name in DependencyLocks.Readable)
        {
            await using var file = TemporaryStream.Open();
            try
            {
                if (!await machine.DownloadAsync($"{source}/{name}", file, LockfileRules.MaxBytes, cancellationToken)) continue;
            }
            catch (ResultTooLargeException)
            {
                file.SetLength(LockfileRules.MaxBytes + 1); // enough to be refused here
            }

            file.Position = 0;
            await using var local = new FileStream(Path.Combine(folder, name), FileMode.Create, FileAccess.Write);
            await file.CopyToAsync(local, cancellationToken);
        }
    }
}
