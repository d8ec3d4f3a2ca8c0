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
    IDeployableProjects projects,
    DeploymentRepetition repetition,
    TimeProvider clock)
{
    /// <param name="evenSuperseded">
    /// Also when the project was deployed again since: whoever names one letter means it, while of many nobody looks at each.
    /// </param>
    public async Task<ErrorOr<AcceptedDeployment>> RunAsync(
        OrganizationFilter caller, DeadLetterId id, ReplayRequest request, bool evenSuperseded, CancellationToken cancellationToken)
    {
        var letter = await letters.FindForUpdateAsync(id, cancellationToken);
        if (letter is null || !letter.IsVisibleTo(caller)) return DeadLetterErrors.NotFound(id.ToString());
        if (letter.CheckOpen() is { IsError: true } resolved) return resolved.Errors;
        if (letter.DeploymentId is not { } ended) return DeadLetterErrors.NothingToReplay(id);
        if (await deployments.FindAsync(ended, cancellationToken) is not { } original) return DeadLetterErrors.DeploymentGone(id);
        if (!evenSuperseded && await IsSupersededAsync(original, cancellationToken)) return DeadLetterErrors.Superseded(id, ended);

        return await repetition.ReplayAsync(
            original,
            request.RequestId,
            settle: replay => letter.Replay(replay.Id, request.By, request.Note, clock.GetUtcNow()),
            cancellationToken);
    }

    // The project is held first, so that nothing can be accepted between the look and the replay.
    private async Task<bool> IsSupersededAsync(Deployment original, CancellationToken cancellationToken) =>
        await projects.HoldAsync(original.ProjectId, cancellationToken) is not null
        && await deployments.IsSupersededAsync(original, cancellationToken);
}

/// <summary>Who replays, and why.</summary>
public sealed record ReplayRequest(string By, string? Note, string? RequestId);
