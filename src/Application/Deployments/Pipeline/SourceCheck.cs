using System.Security.Cryptography;
using System.Text;
using ErrorOr;
using Libra.Deploy.Application.Deployments.Artifacts;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// Reads a deployment's source, refuses what cannot become a site, records its digest, and takes up what was built of the same before.
/// </summary>
internal sealed class SourceCheck(ProjectSource source, IBuiltArtifacts built, IArtifactStore artifacts, BuildToolchain toolchain)
{
    /// <summary>The look that validation takes.</summary>
    public async Task<ErrorOr<Success>> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var loaded = await source.LoadAsync(context, cancellationToken);
        return loaded.IsError ? loaded : await CheckAsync(context, DigestOf(context.Source!), cancellationToken);
    }

    /// <summary>
    /// For whoever builds, perhaps another worker than the one that validated: the project may have been saved in between, or the tools
    /// be of another version. What is built then is checked and recorded anew, or its artifact would pass for that of another source.
    /// </summary>
    public async Task<ErrorOr<Success>> RunAgainAsync(StepContext context, DeploymentStep step, CancellationToken cancellationToken)
    {
        if (context.Source is not null) return Result.Success; // validated in this run

        var loaded = await source.LoadAsync(context, cancellationToken);
        if (loaded.IsError) return loaded;

        var digest = DigestOf(context.Source!);
        if (digest == context.Deployment.SourceDigest) return Result.Success;

        context.Log.Write(Logs.LogLevel.Info, step, "The source or the build tools have changed since the validation: checked again");
        return await CheckAsync(context, digest, cancellationToken);
    }

    private async Task<ErrorOr<Success>> CheckAsync(StepContext context, string digest, CancellationToken cancellationToken)
    {
        var layout = ProjectLayout.Of(context.Source!);
        if (layout.IsError) return layout.Errors;

        if (StaticFiles.Check(context.Source!) is { IsError: true } refused) return refused;

        context.RecordWithNext((current, token) => current.RecordSource(token, digest));
        if (context.Deployment.Settings.Force) return Result.Success;

        var known = await built.FindAsync(context.Deployment.ProjectId, digest, cancellationToken);
        if (known is null) return Result.Success;

        // Taken up first and looked for then: in the other order a cleanup could delete it in between.
        var taken = await context.RecordAsync(
            (current, token) => current.RecordArtifact(token, known.Digest, known.Size, reused: true), cancellationToken);
        if (taken.IsError || await artifacts.ExistsAsync(known.Digest, cancellationToken)) return taken;
        return await context.RecordAsync((current, token) => current.RecordSource(token, digest), cancellationToken);
    }

    private string DigestOf(SourceTree tree) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tree.Digest}\n{toolchain.Version}")));
}
