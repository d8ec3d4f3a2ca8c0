using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Queue;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>Keeps a message of the queue that names no deployment.</summary>
/// <param name="Key">The queue's own name for it; a second record under the same name is refused by the table.</param>
/// <param name="Content">The message as it was found.</param>
public sealed record RecordInvalidMessageCommand(string Key, string Content, string Error) : IRequest<ErrorOr<DeadLetter>>, ITransactional;

internal sealed class RecordInvalidMessageHandler(
    IDeadLetterRepository letters, IUnitOfWork work, IDeploymentQueue queue, TimeProvider clock)
    : IRequestHandler<RecordInvalidMessageCommand, ErrorOr<DeadLetter>>
{
    public async Task<ErrorOr<DeadLetter>> Handle(RecordInvalidMessageCommand command, CancellationToken cancellationToken)
    {
        var letter = DeadLetter.OfInvalidMessage(command.Key, command.Content, command.Error, queue.Name, clock.GetUtcNow());
        letters.Add(letter);
        await work.CommitAsync(cancellationToken);
        return letter;
    }
}
