using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;

namespace Libra.Deploy.Application.Queue;

/// <summary>Puts a new deployment in the place of a dead letter, in the caller's transaction; it is charged once for both.</summary>
internal sealed class DeadLetterReplay(
    IDeadLetterRepository letters,
    IDeploymentRepository deployments,
    DeploymentRepetition repetition,
    TimeProvider clock)
{
    public async Task<ErrorOr<AcceptedDeployment>> RunAsync(
        OrganizationFilter caller, DeadLetterId id, ReplayRequest request, CancellationToken cancellationToken)
    {
        var letter = await letters.FindForUpdateAsync(id, cancellationToken);
        if (letter is null || !letter.IsVisibleTo(caller)) return DeadLetterErrors.NotFound(id.ToString());
        if (letter.CheckOpen() is { IsError: true } resolved) return resolved.Errors;
        if (letter.DeploymentId is not { } ended) return DeadLetterErrors.NothingToReplay(id);
        if (await deployments.FindAsync(ended, cancellationToken) is not { } original) return DeadLetterErrors.DeploymentGone(id);

        return await repetition.ReplayAsync(
            original,
            request.RequestId,
            settle: replay => letter.Replay(replay.Id, request.By, request.Note, clock.GetUtcNow()),
            cancellationToken);
    }
}

/// <summary>Who replays, and why.</summary>
public sealed record ReplayRequest(string By, string? Note, string? RequestId);
