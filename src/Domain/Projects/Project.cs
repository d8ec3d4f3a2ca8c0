using System.Text.Json;
using ErrorOr;

namespace Libra.Deploy.Domain.Projects;

/// <summary>
/// What is deployed. The row belongs to the platform; of it we write only the deployment's status, address and id, and the
/// custom domain's columns.
/// </summary>
public sealed class Project
{
    private Project() => Id = Name = OrganizationId = UserId = TemplateType = MessageHistory = string.Empty;

    public string Id { get; private set; }
    public string OrganizationId { get; private set; }
    public string UserId { get; private set; }
    public string Name { get; private set; }

    /// <summary>Name of the template that the project started from.</summary>
    public string TemplateType { get; private set; }

    /// <summary>The chat history as JSON text; its diffs make the project's source.</summary>
    public string MessageHistory { get; private set; }

    /// <summary>idle, preparing, deploying, deployed or failed; null means idle.</summary>
    public string? DeploymentStatus { get; private set; }

    public string? ProductionDeployUrl { get; private set; }

    /// <summary>Id of the newest deployment, in the column that once held a workflow's.</summary>
    public string? WorkflowId { get; private set; }

    /// <summary>Null for none, which the platform may write as an empty text.</summary>
    public string? CustomDomain { get => field is "" ? null : field; private set; }

    public string? CustomDomainStatus { get; private set; }
    public DateTimeOffset? CustomDomainVerifiedAt { get; private set; }
    public string? CustomHostnameId { get; private set; }
    public string? OwnershipVerification { get; private set; }
    public string? SslStatus { get; private set; }
    public bool IsActive { get; private set; }
    public DateTimeOffset CreatedAt { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }

    /// <summary>Name under which the project is live.</summary>
    public WorkerName Worker => WorkerName.For(Id);

    /// <summary>Registers a project for stand-alone use, where no platform does.</summary>
    public static Project Register(
        string id, string organizationId, string userId, string name, string templateType, DateTimeOffset now) => new()
        {
            Id = id,
            OrganizationId = organizationId,
            UserId = userId,
            Name = name,
            TemplateType = templateType,
            MessageHistory = "[]",
            DeploymentStatus = "idle",
            IsActive = true,
            CreatedAt = now,
            UpdatedAt = now,
        };

    /// <summary>Says whether a deployment may start, apart from one that runs already.</summary>
    public ErrorOr<Success> CheckDeployable() => CheckDeployable(Id, IsActive);

    /// <summary>The same of a project that was not read whole.</summary>
    public static ErrorOr<Success> CheckDeployable(string id, bool isActive) => isActive ? Result.Success : ProjectErrors.Inactive(id);

    /// <summary>Changes what an operator may change; null leaves a value as it is.</summary>
    public void Update(string? name, string? templateType, string? messageHistory, bool? isActive, DateTimeOffset now)
    {
        Name = name ?? Name;
        TemplateType = templateType ?? TemplateType;
        MessageHistory = messageHistory ?? MessageHistory;
        IsActive = isActive ?? IsActive;
        UpdatedAt = now;
    }

    /// <summary>Makes another user of the organization the project's owner.</summary>
    public void HandOver(string userId, DateTimeOffset now)
    {
        if (userId == UserId) return;
        (UserId, UpdatedAt) = (userId, now);
    }

    /// <summary>Gives the project a domain of its own (to be verified), or takes it away.</summary>
    public void AssignCustomDomain(CustomDomain? domain, DateTimeOffset now)
    {
        if (domain?.Value == CustomDomain) return;
        CustomDomain = domain?.Value;
        CustomDomainStatus = domain is null ? null : "pending";
        (CustomDomainVerifiedAt, CustomHostnameId, OwnershipVerification, SslStatus) = (null, null, null, null);
        UpdatedAt = now;
    }

    /// <summary>Shows how the project's domain stands; a claim on another domain, which it has no more, changes nothing.</summary>
    public void ShowCustomDomain(DomainClaim claim, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(claim);
        if (claim.Domain != CustomDomain) return;

        var ownership = claim.Records.FirstOrDefault(record => record is { Purpose: "ownership", Type: "TXT" });
        (CustomDomainStatus, CustomDomainVerifiedAt) = (claim.Progress.WireName(), claim.VerifiedAt);
        (CustomHostnameId, SslStatus) = (claim.HostnameId, claim.CertificateStatus);
        // As the platform keeps it: the one record by which a name is proved, in the provider's own form.
        OwnershipVerification = ownership is null
            ? null
            : JsonSerializer.Serialize(new { type = "txt", name = ownership.Name, value = ownership.Value });
        UpdatedAt = now;
    }
}
