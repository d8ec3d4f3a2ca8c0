using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Idempotency;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Common;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using MediatR;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Deployments;

/// <summary>
/// Accepts a deployment: afterwards no crash loses it. Refused when the project has one under way or the organization none left.
/// </summary>
public sealed record CreateDeploymentCommand(string ProjectId, string OrganizationId, string UserId)
    : IRequest<ErrorOr<AcceptedDeployment>>, ITransactional
{
    public string? CustomDomain { get; init; }

    /// <summary>Source of its own; null deploys the project's.</summary>
    public RequestSource? Source { get; init; }

    /// <summary>Milliseconds; null means the configured longest.</summary>
    public int? Timeout { get; init; }

    public bool Debug { get; init; }
    public bool Force { get; init; }
    public int? Priority { get; init; }
    public string? RequestId { get; init; }

    /// <summary>Makes sending the same request again safe; null when the client did not ask for that.</summary>
    public IdempotencyKey? IdempotencyKey { get; init; }

    /// <summary>The key as this request claims it. What differs between two sendings of one request is not part of it.</summary>
    internal IdempotencyClaim ClaimWith(IdempotencyKey key) =>
        IdempotencyClaim.For(OrganizationId, key, this with { RequestId = null, IdempotencyKey = null });
}

/// <summary>A deployment that waits now.</summary>
public sealed record AcceptedDeployment(DeploymentId Id, DateTimeOffset At);

internal sealed class CreateDeploymentValidator : AbstractValidator<CreateDeploymentCommand>
{
    public CreateDeploymentValidator(IOptions<DeploymentOptions> options)
    {
        RuleFor(command => command.ProjectId).NotEmpty().WithMessage("Project ID is required").MaximumLength(FieldLimits.LongestId);
        RuleFor(command => command.OrganizationId).NotEmpty()
            .WithMessage("Organization ID is required").MaximumLength(FieldLimits.LongestId).OverridePropertyName("orgId");
        RuleFor(command => command.UserId).NotEmpty().WithMessage("User ID is required").MaximumLength(FieldLimits.LongestId);
        RuleFor(command => command.Priority).InclusiveBetween(0, 10);
        RuleFor(command => command.Timeout)
            .InclusiveBetween(1_000, options.Value.MaxDeploymentTimeout).OverridePropertyName("config.timeout");
        RuleFor(command => command.IdempotencyKey).Must(key => key is null || key.IsWellFormed)
            .WithMessage($"An Idempotency-Key has 1 to {IdempotencyKey.MaxLength} visible ASCII characters")
            .OverridePropertyName("idempotency-key");
    }
}

internal sealed class CreateDeploymentHandler(
    IDeployableProjects deployable,
    IProjectRepository projects,
    DeploymentAcceptance acceptance,
    IIdempotencyStore idempotency,
    IOptions<DeploymentOptions> options) : IRequestHandler<CreateDeploymentCommand, ErrorOr<AcceptedDeployment>>
{
    public async Task<ErrorOr<AcceptedDeployment>> Handle(CreateDeploymentCommand command, CancellationToken cancellationToken)
    {
        if (command.IdempotencyKey is not { } key) return await AcceptAsync(command, claim: null, cancellationToken);

        var claim = command.ClaimWith(key);
        var state = await idempotency.ClaimAsync(claim, cancellationToken);
        if (state.IsError) return state.Errors;
        return state.Value.Earlier is { } earlier
            ? new AcceptedDeployment(earlier.Id, earlier.At)
            : await AcceptAsync(command, claim, cancellationToken);
    }

    private async Task<ErrorOr<AcceptedDeployment>> AcceptAsync(
        CreateDeploymentCommand command, IdempotencyClaim? claim, CancellationToken cancellationToken)
    {
        var project = await deployable.HoldAsync(command.ProjectId, cancellationToken);
        if (project is null || project.OrganizationId != command.OrganizationId) return ProjectErrors.NotFound;

        var domain = await CheckDomainAsync(command.CustomDomain, project, cancellationToken);
        if (domain.IsError) return domain.Errors;

        var origin = new DeploymentOrigin(
            project.Id, project.OrganizationId, command.UserId,
            command.Source is null ? SourceKind.Project : SourceKind.Request, new DomainMove(project.CustomDomain, domain.Value),
            command.RequestId);
        var asked = new NewDeployment(project, origin, Settings(command))
        {
            Source = command.Source,
            Prepare = deployment => Remember(claim, deployment),
        };
        return await acceptance.AcceptAsync(asked, cancellationToken);
    }

    private ErrorOr<Success> Remember(IdempotencyClaim? claim, Deployment started)
    {
        if (claim is not null) idempotency.Complete(claim, new StartedDeployment(started.Id, started.CreatedAt));
        return Result.Success;
    }

    private async Task<ErrorOr<string?>> CheckDomainAsync(string? text, DeployableProject project, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text)) return project.CustomDomain;

        var domain = CustomDomain.Parse(text, options.Value.OwnZones.ToArray());
        if (domain.IsError) return domain.Errors;

        var free = await projects.CheckDomainIsFreeAsync(domain.Value.Value, project.Id, cancellationToken);
        return free.IsError ? free.Errors : domain.Value.Value;
    }

    private DeploymentSettings Settings(CreateDeploymentCommand command)
    {
        var longest = options.Value.MaxDeploymentTimeout;
        var asked = command.Timeout ?? longest;
        return new DeploymentSettings(
            TimeSpan.FromMilliseconds(asked), command.Debug, command.Force, options.Value.MaxRetries + 1, command.Priority ?? 5)
        {
            TimeoutShortened = asked < longest,
        };
    }
}
