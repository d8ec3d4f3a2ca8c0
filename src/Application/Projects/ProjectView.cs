using Libra.Deploy.Domain.Projects;

namespace Libra.Deploy.Application.Projects;

/// <summary>A project as clients see it.</summary>
public sealed record ProjectView(
    string Id,
    string OrganizationId,
    string UserId,
    string Name,
    string TemplateType,
    bool IsActive,
    string DeploymentStatus,
    string? DeploymentId,
    string? ProductionDeployUrl,
    string? CustomDomain,
    string? CustomDomainStatus,
    CustomDomainView? CustomDomainDetails,
    string WorkerName,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static ProjectView Of(Project project, DomainClaim? claim) => new(
        project.Id, project.OrganizationId, project.UserId, project.Name, project.TemplateType, project.IsActive,
        project.DeploymentStatus ?? "idle", project.WorkflowId, project.ProductionDeployUrl, project.CustomDomain,
        project.CustomDomainStatus,
        CustomDomainView.Of(claim), project.Worker.Value, project.CreatedAt, project.UpdatedAt);
}
