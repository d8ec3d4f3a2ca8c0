using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Queue;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>Tries a dead letter again, as a new deployment linked to the old one. Refused when somebody settled it already.</summary>
public sealed record ReplayDeadLetterCommand(OrganizationFilter Caller, DeadLetterId Id, ReplayRequest Request)
    : IRequest<ErrorOr<AcceptedDeployment>>, ITransactional;

internal sealed class ReplayDeadLetterValidator : AbstractValidator<ReplayDeadLetterCommand>
{
    public ReplayDeadLetterValidator() =>
        RuleFor(command => command.Request.Note).MaximumLength(DeadLetter.LongestNote).OverridePropertyName("note");
}

internal sealed class ReplayDeadLetterHandler(DeadLetterReplay replay)
    : IRequestHandler<ReplayDeadLetterCommand, ErrorOr<AcceptedDeployment>>
{
    public Task<ErrorOr<AcceptedDeployment>> Handle(ReplayDeadLetterCommand command, CancellationToken cancellationToken) =>
        replay.RunAsync(command.Caller, command.Id, command.Request, evenSuperseded: true, cancellationToken);
}
