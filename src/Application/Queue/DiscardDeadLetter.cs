using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Queue;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>Settles a dead letter without trying it again.</summary>
public sealed record DiscardDeadLetterCommand(OrganizationFilter Caller, DeadLetterId Id, string By, string? Note)
    : IRequest<ErrorOr<DeadLetter>>, ITransactional;

internal sealed class DiscardDeadLetterValidator : AbstractValidator<DiscardDeadLetterCommand>
{
    public DiscardDeadLetterValidator() => RuleFor(command => command.Note).MaximumLength(DeadLetter.LongestNote);
}

internal sealed class DiscardDeadLetterHandler(IDeadLetterRepository letters, IUnitOfWork work, TimeProvider clock)
    : IRequestHandler<DiscardDeadLetterCommand, ErrorOr<DeadLetter>>
{
    public async Task<ErrorOr<DeadLetter>> Handle(DiscardDeadLetterCommand command, CancellationToken cancellationToken)
    {
        var letter = await letters.FindForUpdateAsync(command.Id, cancellationToken);
        if (letter is null || !letter.IsVisibleTo(command.Caller)) return DeadLetterErrors.NotFound(command.Id.ToString());

        var discarded = letter.Discard(command.By, command.Note, clock.GetUtcNow());
        if (discarded.IsError) return discarded.Errors;

        await work.CommitAsync(cancellationToken);
        return letter;
    }
}
