using ErrorOr;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>The custom domain of a deployment: refused early when it cannot work, the project's once the version is live.</summary>
internal sealed class DeploymentDomain(
    IProjectRepository projects, IDomainClaimRepository claims, ICustomDomains domains, IMediator mediator)
{
    /// <summary>The domain that a deployment asks for; null when there is none.</summary>
    public static CustomDomain? Of(Deployment deployment) =>
        deployment.CustomDomain is null ? null : CustomDomain.FromStorage(deployment.CustomDomain);

    /// <summary>Refuses a domain of another project, and a new one that the target cannot take.</summary>
    public async Task<ErrorOr<Success>> CheckAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.CustomDomain is not { } domain) return Result.Success;

        var free = await projects.CheckDomainIsFreeAsync(domain, context.Project!.Id, cancellationToken);
        if (free.IsError) return free;

        var ready = await domains.CheckAsync(cancellationToken);
        if (!ready.IsError || domain != context.Project.CustomDomain) return ready;

        // A domain that the project has had before is no reason to keep its next version from going live.
        Warn(context, DeploymentStep.Validation, $"{domain} is left as it is: {ready.FirstError.Description}");
        return Result.Success;
    }

    /// <summary>Keeps the domain from other projects until the version is live.</summary>
    public async Task<ErrorOr<Success>> ReserveAsync(StepContext context, CancellationToken cancellationToken) =>
        Of(context.Deployment) is { } domain
        ? await mediator.Send(new ReserveCustomDomainCommand(context.Deployment.ProjectId, domain), cancellationToken)
        : Result.Success;

    /// <summary>
    /// Gives the domain to the project and sets it up at the target. What goes wrong there concerns the domain alone: the version is live.
    /// </summary>
    public async Task<ErrorOr<Success>> UseAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (Of(context.Deployment) is not { } domain) return Result.Success;

        var projectId = context.Deployment.ProjectId;
        var used = await mediator.Send(new UseCustomDomainCommand(projectId, domain), cancellationToken);
        if (used.IsError) return used;

        var refreshed = await mediator.Send(new RefreshCustomDomainsCommand(projectId), cancellationToken);
        if (refreshed.IsError) return refreshed.Errors;

        if (await claims.FindAsync(domain.Value, projectId, cancellationToken) is { } claim) Tell(context, claim);
        return Result.Success;
    }

    private static void Tell(StepContext context, DomainClaim claim)
    {
        if (claim.Progress == CustomDomainProgress.Live)
        {
            context.Log.Write(LogLevel.Info, DeploymentStep.Deploy, $"{claim.Domain} leads to this project");
            return;
        }

        Warn(context, DeploymentStep.Deploy, $"{claim.Domain} is {claim.Progress.WireName()}. {claim.Reason}".TrimEnd());
        foreach (var record in claim.Records)
            context.Log.Write(
                LogLevel.Info, DeploymentStep.Deploy,
                $"Its owner publishes, as proof of {record.Purpose}: {record.Type} {record.Name} = {record.Value}");
    }

    private static void Warn(StepContext context, DeploymentStep step, string text) => context.Log.Write(LogLevel.Warn, step, text);
}
