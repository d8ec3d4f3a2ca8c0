using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Projects;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Libra.Deploy.Application.Projects;

/// <summary>
/// Asks the target about the custom domains that are due, shows the answer in the project's row, and takes away what projects have given
/// up. Safe to repeat and to run on several nodes at once.
/// </summary>
/// <param name="ProjectId">Only this project's, also those that are its deployment's to ask about; null for all that are due.</param>
/// <returns>How many were asked about.</returns>
public sealed record RefreshCustomDomainsCommand(string? ProjectId = null) : IRequest<ErrorOr<int>>;

internal sealed class RefreshCustomDomainsHandler(
    IServiceScopeFactory scopes, ICustomDomains domains, IOptions<CustomDomainOptions> options, TimeProvider clock)
    : IRequestHandler<RefreshCustomDomainsCommand, ErrorOr<int>>
{
    /// <summary>
    /// How long a domain that just came into use is its deployment's to ask about, so that its log says what the owner has to publish. When
    /// it does not, for its worker died, the next regular round does.
    /// </summary>
    internal static readonly TimeSpan OwnTurn = TimeSpan.FromSeconds(30);

    // Longer than the target may take to answer with all its retries.
    private static readonly TimeSpan Turn = TimeSpan.FromMinutes(5);

    public async Task<ErrorOr<int>> Handle(RefreshCustomDomainsCommand command, CancellationToken cancellationToken)
    {
        var due = await TakeAsync(command.ProjectId, cancellationToken);
        foreach (var claim in due)
        {
            await (claim.ReleasedAt is null ? AskAsync(claim, cancellationToken) : RemoveAsync(claim, cancellationToken));
        }

        return due.Count;
    }

    private async Task<IReadOnlyList<DomainClaim>> TakeAsync(string? projectId, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var claims = scope.ServiceProvider.GetRequiredService<IDomainClaimRepository>();
        var now = clock.GetUtcNow();
        await claims.ReleaseGivenUpAsync(now, cancellationToken);
        var dueBy = projectId is null ? now : now + OwnTurn;
        return await claims.TakeDueAsync(projectId, options.Value.MaxInOneRun, dueBy, now + Turn, cancellationToken);
    }

    private async Task AskAsync(DomainClaim due, CancellationToken cancellationToken)
    {
        var answer = await StateOfAsync(due, cancellationToken);
        var now = clock.GetUtcNow();
        await ChangeAsync(due, (claim, _) => Note(claim, answer, now), cancellationToken);
    }

    private async Task<ErrorOr<CustomDomainState>> StateOfAsync(DomainClaim due, CancellationToken cancellationToken)
    {
        var domain = CustomDomain.FromStorage(due.Domain);
        if (due is { HostnameId: { } id, Progress: not CustomDomainProgress.Failed })
        {
            var found = await domains.ReadAsync(domain, id, cancellationToken);
            if (found.IsError) return found.Errors;
            if (found.Value is { } state) return state;
        }

        // New, to be started anew, or gone by whoever's hand: the project uses the domain.
        return await domains.EnsureAsync(domain, due.ProjectId, cancellationToken);
    }

    private async Task RemoveAsync(DomainClaim due, CancellationToken cancellationToken)
    {
        var removed = await domains.RemoveAsync(CustomDomain.FromStorage(due.Domain), due.HostnameId, due.ProjectId, cancellationToken);
        var now = clock.GetUtcNow();
        await ChangeAsync(due, Settle, cancellationToken);

        void Settle(DomainClaim claim, IDomainClaimRepository claims)
        {
            var takenUpAgain = claim.ReleasedAt is null;
            if (takenUpAgain && !removed.IsError) claim.Lose(now);
            if (takenUpAgain) return;

            if (removed.IsError)
                claim.Defer(removed.FirstError.Description, now, now + options.Value.PauseAfter(now - due.ReleasedAt!.Value));
            else claims.Remove(claim);
        }
    }

    private void Note(DomainClaim claim, ErrorOr<CustomDomainState> answer, DateTimeOffset now)
    {
        // What an operator has to set right, and what passes by itself, says nothing of the domain.
        if (answer.IsError && answer.FirstError.Code != "TARGET_REJECTED")
        {
            claim.Defer(answer.FirstError.Description, now, now + options.Value.PauseAfter(now - claim.WaitingSince));
            return;
        }

        var state = answer.IsError
            ? new CustomDomainState(
                  CustomDomainProgress.Failed, claim.HostnameId, claim.CertificateStatus, claim.Records, answer.FirstError.Description)
            : answer.Value;
        claim.Observe(state, now, options.Value.NextCheck(state.Progress, claim.WaitingSince, now));
    }

    /// <summary>One short transaction after the call: no row is held while the target is asked.</summary>
    private async Task ChangeAsync(
        DomainClaim asked, Action<DomainClaim, IDomainClaimRepository> change, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        var claims = scope.ServiceProvider.GetRequiredService<IDomainClaimRepository>();
        await using var transaction = await work.BeginAsync(cancellationToken);
        var project = await scope.ServiceProvider.GetRequiredService<IProjectRepository>().FindForUpdateAsync(
            asked.ProjectId, cancellationToken);
        var claim = await claims.FindForUpdateAsync(asked.Domain, asked.ProjectId, cancellationToken);
        // Given up meanwhile: the answer is of another time.
        if (claim is null || (claim.ReleasedAt is { } released && released != asked.ReleasedAt)) return;

        change(claim, claims);
        if (claim.ReleasedAt is null) project?.ShowCustomDomain(claim, clock.GetUtcNow());
        await work.CommitAsync(cancellationToken);
    }
}
