using ErrorOr;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Deployments.Pipeline;

/// <summary>The custom domain of a deployment: refused early when it cannot work, the project's once the version is live.</summary>
internal sealed class DeploymentDomain(
    IProjectRepository projects, IDomainClaimRepository claims, ICustomDomains domains, IMediator mediator)
{
    /// <summary>Refuses a domain of another project, and a new one that the target cannot take.</summary>
    public async Task<ErrorOr<Success>> CheckAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Deployment.Domain.For(context.Project!.CustomDomain) is not { } domain) return Result.Success;

        var free = await projects.CheckDomainIsFreeAsync(domain, context.Project.Id, cancellationToken);
        if (free.IsError) return free;

        var ready = await domains.CheckAsync(cancellationToken);
        if (!ready.IsError || domain != context.Project.CustomDomain) return ready;

        // A domain that the project has had before is no reason to keep its next version from going live.
        Warn(context, DeploymentStep.Validation, $"{domain} is left as it is: {ready.FirstError.Description}");
        return Result.Success;
    }

    /// <summary>Says which domain the version is to answer to, and keeps it from other projects until the version is live.</summary>
    public async Task<ErrorOr<DomainMove>> ReserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        // As it is now: while it was built, its owner may have chosen another, or none.
        var project = await projects.FindAsync(context.Deployment.ProjectId, cancellationToken);
        if (project is null) return ProjectErrors.NotFound;

        var move = new DomainMove(project.CustomDomain, context.Deployment.Domain.For(project.CustomDomain));
        if (move.To is not { } domain) return move;

        var reserve = new ReserveCustomDomainCommand(project.Id, CustomDomain.FromStorage(domain));
        var reserved = await mediator.Send(reserve, cancellationToken);
        return reserved.IsError ? reserved.Errors : move;
    }

    /// <summary>
    /// Gives the domain to the project and sets it up at the target. What goes wrong there concerns the domain alone: the version is live.
    /// </summary>
    /// <returns>What came of it: no domain when the project was given another one, or none, at this moment.</returns>
    public async Task<ErrorOr<DomainMove>> UseAsync(StepContext context, DomainMove move, CancellationToken cancellationToken)
    {
        if (move.To is not { } domain) return move;

        var projectId = context.Deployment.ProjectId;
        var use = new UseCustomDomainCommand(projectId, CustomDomain.FromStorage(domain), move.From);
        // Before the target is asked, which may take long or fail: what the owner says from now on comes after this. Also when the project
        // has the domain already, or keeps another one: nothing is left of the move that was asked for.
        var used = await context.RecordAsync(
            (current, token) => current.RecordDomain(token, domain),
            services => services.GetRequiredService<IMediator>().Send(use, cancellationToken),
            cancellationToken);
        if (used.IsError) return used.Errors;

        var refreshed = await mediator.Send(new RefreshCustomDomainsCommand(projectId), cancellationToken);
        if (refreshed.IsError) return refreshed.Errors;

        if (!used.Value)
        {
            Warn(
                context, DeploymentStep.Deploy,
                $"{domain} was given up while the version went live. If the project has another domain, the next deployment sets it up");
            return DomainMove.None;
        }

        if (await claims.FindAsync(domain, projectId, cancellationToken) is { } claim) Tell(context, claim);
        return move;
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
