using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Common;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Projects;

/// <summary>
/// Makes a project, or changes what is given of one. Safe to repeat. For stand-alone use: a platform keeps its projects itself.
/// </summary>
public sealed record SaveProjectCommand(OrganizationFilter Caller, string Id, string OrganizationId, string UserId, string? Name)
    : IRequest<ErrorOr<ProjectView>>, ITransactional
{
    /// <summary>True for a caller that acts for any user: it names the owner; any other names only itself, as who asks.</summary>
    public bool NamesOwner { get; init; }

    public string? TemplateType { get; init; }

    /// <summary>The chat history as JSON; its diffs make the source.</summary>
    public string? HistoryMessages { get; init; }

    /// <summary>Which field of the request brought the history: a refusal of the source names it.</summary>
    public string SourceField { get; init; } = "historyMessages";

    /// <summary>An empty text takes the domain away; null leaves it. A new one is set up by the next deployment.</summary>
    public string? CustomDomain { get; init; }

    public bool? IsActive { get; init; }

    /// <summary>Zones of the platform, in which nobody may claim a name.</summary>
    public IReadOnlyCollection<string> OwnZones { get; init; } = [];
}

internal sealed class SaveProjectValidator : AbstractValidator<SaveProjectCommand>
{
    private const int LongestText = 255;

    public SaveProjectValidator(IProjectTemplates templates)
    {
        RuleFor(command => command.Id).NotEmpty().MaximumLength(LongestText);
        RuleFor(command => command.Name).MaximumLength(LongestText);
        RuleFor(command => command.TemplateType).Must(type => type is null || templates.Names.Contains(type))
            .WithMessage($"There is no such template; there are {string.Join(", ", templates.Names)}");
    }
}

internal sealed class SaveProjectHandler(
    IProjectRepository projects, IProjectTemplates templates, SourceLimits limits, IDomainClaimRepository claims,
    ICustomDomainUpkeep upkeep, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<SaveProjectCommand, ErrorOr<ProjectView>>
{
    private const string DefaultTemplate = "vite";

    public async Task<ErrorOr<ProjectView>> Handle(SaveProjectCommand command, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var project = await projects.FindToSaveAsync(command.Id, cancellationToken);
        if (project is not null && project.OrganizationId != command.OrganizationId) return ProjectErrors.NotFound;

        var template = command.TemplateType ?? project?.TemplateType ?? DefaultTemplate;
        var usable = await CheckSourceAsync(command, template, cancellationToken);
        if (usable.IsError) return usable.Errors;

        if (project is null)
        {
            project = Project.Register(
                command.Id, command.OrganizationId, command.UserId, command.Name ?? command.Id, template, now);
            projects.Add(project);
        }

        if (command.NamesOwner) project.HandOver(command.UserId, now);
        var before = project.CustomDomain;
        project.Update(command.Name, command.TemplateType, command.HistoryMessages, command.IsActive, now);
        if (command.CustomDomain is not null)
        {
            var domain = await DomainAsync(command, project, cancellationToken);
            if (domain.IsError) return domain.Errors;
            project.AssignCustomDomain(domain.Value, now);
        }

        await work.CommitAsync(cancellationToken);
        // The next round may be a minute away, and whoever gives a domain up expects it to lead here no more.
        if (before is not null && before != project.CustomDomain) upkeep.LookSoon();
        var claim = project.CustomDomain is { } held ? await claims.FindAsync(held, project.Id, cancellationToken) : null;
        return ProjectView.Of(project, claim);
    }

    // What no deployment could use must not take the place of a source that works, so it is put together here as one would.
    private async Task<ErrorOr<Success>> CheckSourceAsync(
        SaveProjectCommand command, string template, CancellationToken cancellationToken)
    {
        if (command.HistoryMessages is null) return Result.Success;

        var history = HistoryDiffs.Parse(command.HistoryMessages, limits);
        if (history.IsError) return Refused(history.FirstError);

        var files = history.Value.Files is { } saved
            ? ErrorOrFactory.From(saved)
            : await templates.LoadAsync(template, cancellationToken);
        if (files.IsError) return Refused(files.FirstError);

        var tree = SourceAssembler.Assemble(files.Value, history.Value.Diffs, limits);
        return tree.IsError ? Refused(tree.FirstError) : Result.Success;

        Error Refused(Error why) => FieldErrors.Of(command.SourceField, why.Description);
    }

    private async Task<ErrorOr<CustomDomain?>> DomainAsync(SaveProjectCommand command, Project project, CancellationToken cancellationToken)
    {
        if (command.CustomDomain!.Length == 0) return (CustomDomain?)null;

        var domain = CustomDomain.Parse(command.CustomDomain, command.OwnZones);
        if (domain.IsError) return domain.Errors;

        await projects.HoldCustomDomainAsync(domain.Value.Value, cancellationToken);
        var free = await projects.CheckDomainIsFreeAsync(domain.Value.Value, project.Id, cancellationToken);
        return free.IsError ? free.Errors : domain.Value;
    }
}
