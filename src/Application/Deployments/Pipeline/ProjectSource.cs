using ErrorOr;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>
/// Makes the file tree of a deployment: files of the request, or those that the project was saved with, or its template; then the
/// history's changes.
/// </summary>
internal sealed class ProjectSource(IDeploymentSources sources, IProjectTemplates templates, SourceLimits limits)
{
    /// <summary>Reads the source into the context, once.</summary>
    public async Task<ErrorOr<Success>> LoadAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Source is not null) return Result.Success;
        if (context.Project is not { } project) return ProjectErrors.NotFound;

        var requested = await sources.FindAsync(context.Deployment.Id, cancellationToken);
        if (requested is null && context.Deployment.Source == SourceKind.Request) return SourceErrors.NoLongerStored();

        var history = requested?.HistoryMessages is { } sent ? HistoryDiffs.Parse(sent, limits) : SavedHistory(project);
        if (history.IsError) return history.Errors;

        var files = await BaseAsync(requested, history.Value, project, cancellationToken);
        if (files.IsError) return files.Errors;

        // Before anything of the project runs. Contents that a later diff replaced count as well: nobody ever wanted them shown.
        var diffs = history.Value.Diffs;
        var changed = diffs.Where(diff => diff.Content is not null).Select(diff => new SourceFile(diff.Path, diff.Content!.Value));
        context.Log.Hide(ProjectSecrets.In(files.Value.Concat(changed)));

        var tree = SourceAssembler.Assemble(files.Value, diffs, limits);
        if (tree.IsError) return tree.Errors;

        context.Source = tree.Value;
        return Result.Success;
    }

    private async Task<ErrorOr<IReadOnlyList<SourceFile>>> BaseAsync(
        RequestSource? requested, ProjectHistory history, Project project, CancellationToken cancellationToken)
    {
        if (requested?.InitFiles is { } sent) return InitFiles.Parse(sent, limits);

        if (history.Files is { } whole) return ErrorOrFactory.From(whole);

        // A history that comes with the request changes what the project was saved with, as it would change the template.
        var own = requested?.HistoryMessages is null ? history : SavedHistory(project);
        if (own.IsError) return own.Errors;

        return own.Value.Files is { } saved
            ? ErrorOrFactory.From(saved)
            : await templates.LoadAsync(project.TemplateType, cancellationToken);
    }

    private ErrorOr<ProjectHistory> SavedHistory(Project project)
    {
        var saved = HistoryDiffs.Parse(project.MessageHistory, limits);
        return saved.IsError ? SourceErrors.BadSavedHistory(saved.FirstError.Description) : saved;
    }
}
