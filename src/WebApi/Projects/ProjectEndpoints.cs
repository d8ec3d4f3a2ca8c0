using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using ErrorOr;
using Libra.Deploy.Application.Access;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Projects.Source;
using Libra.Deploy.Domain.Access;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.WebApi.Access;
using Libra.Deploy.WebApi.Deployments;
using Libra.Deploy.WebApi.Http;
using Libra.Deploy.WebApi.OpenApi;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.WebApi.Projects;

/// <summary>Projects, for operators without a platform.</summary>
internal static class ProjectEndpoints
{
    public static void MapProjects(this IEndpointRouteBuilder routes)
    {
        var projects = routes.MapGroup("/projects").WithTags("Projects").Path("id", "The project.");
        projects.MapPut("/{id}", Save).RequireScope(Scopes.ProjectsWrite).Takes<ProjectBody>()
            .Answers<ProjectResponse>("saveProject", "Creates or changes a project", "PROJECT_NOT_FOUND");
        projects.MapGet("/{id}", Get).RequireScope(Scopes.DeploymentsRead)
            .Answers<ProjectResponse>("getProject", "Shows a project", "PROJECT_NOT_FOUND");
        projects.MapGet("/{id}/deployments", Deployments).RequireScope(Scopes.DeploymentsRead)
            .Answers<DeploymentListResponse>(
                "listProjectDeployments", "Lists the deployments of a project, newest first", "PROJECT_NOT_FOUND")
            .WithListParameters();
    }

    private static async Task<IResult> Save(
        string id, HttpContext http, IMediator mediator, IOptions<DeploymentOptions> options, SourceLimits limits,
        CancellationToken cancellationToken)
    {
        var body = await JsonBody.ReadAsync(http.Request, cancellationToken);
        if (body.IsError) return body.Errors.ToProblem();

        var command = Read(id, body.Value.Root, http.Caller(), [.. options.Value.OwnZones], limits);
        if (command.IsError) return command.Errors.ToProblem();
        if (!http.Caller().MaySee(command.Value.OrganizationId) || !http.Caller().MayActFor(command.Value.UserId))
            return Problems.Forbidden.ToProblem();

        var saved = await mediator.Send(command.Value, cancellationToken);
        return saved.Match(project => Results.Ok(new ProjectResponse(true, project)), errors => errors.ToProblem());
    }

    private static async Task<IResult> Get(string id, HttpContext http, IMediator mediator, CancellationToken cancellationToken)
    {
        var found = await mediator.Send(new GetProjectQuery(http.Caller().Visible(), id), cancellationToken);
        return found.Match(project => Results.Ok(new ProjectResponse(true, project)), errors => errors.ToProblem());
    }

    private static async Task<IResult> Deployments(
        string id, HttpContext http, IMediator mediator, TimeProvider clock, CancellationToken cancellationToken)
    {
        var found = await mediator.Send(new GetProjectQuery(http.Caller().Visible(), id), cancellationToken);
        if (found.IsError) return found.Errors.ToProblem();

        var filter = DeploymentListRequest.Read(http.Request.Query);
        if (filter.IsError) return filter.Errors.ToProblem();

        var page = await mediator.Send(
            new ListDeploymentsQuery(http.Caller().Visible(), filter.Value with { ProjectId = id }), cancellationToken);
        return page.Match(listed => Results.Ok(DeploymentListResponse.Of(listed, clock.GetUtcNow())), errors => errors.ToProblem());
    }

    private static ErrorOr<SaveProjectCommand> Read(
        string id, JsonElement body, Caller caller, IReadOnlyCollection<string> ownZones, SourceLimits limits)
    {
        var fields = new FieldReader(body);
        var organization = fields.RequiredText("organizationId", "Organization ID is required");
        var user = fields.RequiredText("userId", "User ID is required");
        var command = new SaveProjectCommand(caller.Visible(), id, organization, user, fields.OptionalText("name"))
        {
            NamesOwner = caller.IsAdmin || caller.UserId is null,
            TemplateType = fields.OptionalText("templateType"),
            HistoryMessages = ProjectFiles.AsHistory(fields, limits),
            SourceField = ProjectFiles.SourceField(fields),
            CustomDomain = fields.OptionalText("customDomain"),
            IsActive = fields.OptionalFlag("isActive"),
            OwnZones = ownZones,
        };
        return fields.Errors.Count == 0 ? command : fields.Errors;
    }
}

/// <summary>The body of <c>PUT /projects/{id}</c>, for its description.</summary>
/// <param name="UserId">The owner; from a caller that acts for one user only, that user, who owns what is new.</param>
public sealed record ProjectBody(
    [property: Length(1, 255)] string OrganizationId,
    [property: Length(1, 255)] string UserId,
    [property: MaxLength(255)] string? Name = null,
    [property: MaxLength(255)] string? TemplateType = null,
    IReadOnlyList<ProjectFile>? Files = null,
    JsonElement? HistoryMessages = null,
    string? CustomDomain = null,
    bool? IsActive = null);

/// <summary>A file of a project.</summary>
public sealed record ProjectFile(string Path, string Content);

/// <summary>Answer about one project.</summary>
public sealed record ProjectResponse(bool Success, ProjectView Project);
