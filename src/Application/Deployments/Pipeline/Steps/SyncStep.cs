using System.Formats.Tar;
using ErrorOr;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Application.Storage;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline.Steps;

/// <summary>Writes the project's files into the sandbox, all in one transfer.</summary>
internal sealed class SyncStep : IDeploymentStep
{
    private const int MostNamed = 20;
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Program = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public DeploymentStep Step => DeploymentStep.Sync;

    public string? SkipReason(Deployment deployment) => StoredArtifact.ReasonToReuse(deployment);

    public bool IsInstant(StepContext context) => context.Sandbox is null;

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
        TellWhatIsLeftOut(context, tree.LeftOut);
        return Result.Success;
    }

    // A site whose settings are missing builds well and does not work: nobody would look here unless it was said.
    private void TellWhatIsLeftOut(StepContext context, IReadOnlyList<string> leftOut)
    {
        var settings = leftOut.Where(ExcludedPaths.HoldsSettings).Take(MostNamed).ToList();
        var results = leftOut.Where(ExcludedPaths.IsMadeAnew).ToList();
        var others = leftOut.Except(results).Where(cause => !ExcludedPaths.HoldsSettings(cause)).Take(MostNamed).ToList();
        if (results.Count > 0)
            context.Log.Write(Logs.LogLevel.Info, Step, $"Left out, because the build makes it anew: {string.Join(", ", results)}");
        if (others.Count > 0)
            context.Log.Write(Logs.LogLevel.Info, Step, $"Left out, because no build takes it from a project: {string.Join(", ", others)}");
        if (settings.Count == 0) return;

        context.Log.Write(
            Logs.LogLevel.Warn,
            Step,
            $"Left out, because such files hold secrets: {string.Join(", ", settings)}. "
            + "What browsers may see belongs in the source, what the worker needs into the vars of its wrangler configuration");
    }

    // Requests carry no modes, and a file that names its interpreter is meant to be run.
    private static bool IsProgram(SourceFile file) => file.Content.Span.StartsWith("#!"u8);

    private static async Task PackAsync(SourceTree tree, Stream destination, CancellationToken cancellationToken)
    {
        await using var writer = new TarWriter(destination, TarEntryFormat.Pax, leaveOpen: true);
        foreach (var file in tree.Files)
        {
            var entry = new PaxTarEntry(TarEntryType.RegularFile, file.Path)
            {
                DataStream = new MemoryStream(file.Content.ToArray(), writable: false),
                ModificationTime = DateTimeOffset.UnixEpoch,
                Mode = IsProgram(file) ? Program : Plain,
            };
            await writer.WriteEntryAsync(entry, cancellationToken);
        }
    }
}
