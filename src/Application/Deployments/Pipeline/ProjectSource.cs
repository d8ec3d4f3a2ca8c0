using ErrorOr;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>Makes the file tree of a deployment: template or files of the request, with the history's diffs applied.</summary>
internal sealed class ProjectSource(IDeploymentSources sources, IProjectTemplates templates, SourceLimits limits)
{
    /// <summary>Reads the source into the context, once.</summary>
    public async Task<ErrorOr<Success>> LoadAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Source is not null) return Result.Success;
        if (context.Project is not { } project) return ProjectErrors.NotFound;

        var requested = await sources.FindAsync(context.Deployment.Id, cancellationToken);
        if (requested is null && context.Deployment.Source == SourceKind.Request) return SourceErrors.NoLongerStored();

        var files = requested?.InitFiles is { } initFiles
            ? InitFiles.Parse(initFiles, limits)
            : await templates.LoadAsync(project.TemplateType, cancellationToken);
        if (files.IsError) return files.Errors;

        var diffs = HistoryDiffs.Parse(requested?.HistoryMessages ?? project.MessageHistory, limits);
        if (diffs.IsError) return diffs.Errors;

        // Before anything of the project runs. Contents that a later diff replaced count as well: nobody ever wanted them shown.
        var changed = diffs.Value.Where(diff => diff.Content is not null).Select(diff => new SourceFile(diff.Path, diff.Content!.Value));
        context.Log.Hide(ProjectSecrets.In(files.Value.Concat(changed)));

        var tree = SourceAssembler.Assemble(files.Value, diffs.Value, limits);
        if (tree.IsError) return tree.Errors;

        context.Source = tree.Value;
        return Result.Success;
    }
}
