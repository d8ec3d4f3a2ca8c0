using System.Formats.Tar;
using ErrorOr;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>Writes the project's files into the sandbox, all in one transfer.</summary>
internal sealed class SyncStep : IDeploymentStep
{
    public DeploymentStep Step => DeploymentStep.Sync;

    public string? SkipReason(Deployment deployment) => StoredArtifact.ReasonToReuse(deployment);

    public bool IsInstant(StepContext context) => context.Source is { } source && !StaticFiles.NeedsSandbox(source);

    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var tree = context.Source!;
        if (context.Sandbox is not null)
        {
            await using var tar = TemporaryStream.Open();
            await PackAsync(tree, tar, cancellationToken);
            tar.Position = 0;
            await context.Sandbox.WriteAsync(tar, cancellationToken);
        }

        context.Log.Write(Logs.LogLevel.Info, Step, $"{tree.Files.Count} files, {tree.TotalBytes} bytes");
        return Result.Success;
    }

    private static async Task PackAsync(SourceTree tree, Stream destination, CancellationToken cancellationToken)
    {
        await using var writer = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in tree.Files)
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, file.Path)
            {
                DataStream = new MemoryStream(file.Content.ToArray(), writable: false),
                ModificationTime = DateTimeOffset.UnixEpoch,
            };
            await writer.WriteEntryAsync(entry, cancellationToken);
        }
    }
}
