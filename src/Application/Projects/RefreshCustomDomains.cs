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
/// <param name="ProjectId">
/// Only this project's, also those that are its deployment's to ask about, and no longer than that waits; null for all that are due.
/// </param>
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
        var round = clock.GetUtcNow();
        var patience = command.ProjectId is null ? Timeout.InfiniteTimeSpan : options.Value.DeploymentPatience;
        using var late = new CancellationTokenSource(patience, clock);
        await ReleaseGivenUpAsync(round, cancellationToken);
        for (var asked = 0; asked < options.Value.MaxInOneRun; asked++)
        {
            // One at a time: those that wait for one that takes long are other nodes' to take.
            if (await TakeAsync(command.ProjectId, round, cancellationToken) is not { } claim) return asked;

            var failed = await (claim.ReleasedAt is null
                ? AskAsync(claim, late.Token, cancellationToken)
                : RemoveAsync(claim, late.Token, cancellationToken));
            // About the next one it would say no more.
            if (failed?.Metadata?.ContainsKey(ICustomDomains.Unanswered) == true) return asked + 1;
        }

        return options.Value.MaxInOneRun;
    }

    private async Task ReleaseGivenUpAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IDomainClaimRepository>().ReleaseGivenUpAsync(now, cancellationToken);
    }

    private async Task<DomainClaim?> TakeAsync(string? projectId, DateTimeOffset round, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<IDomainClaimRepository>().TakeDueAsync(
            projectId, dueBy: projectId is null ? round : round + OwnTurn, askedBefore: round, until: clock.GetUtcNow() + Turn,
            cancellationToken);
    }

    private async Task<Error?> AskAsync(DomainClaim due, CancellationToken late, CancellationToken cancellationToken)
    {
        var answer = await InTimeAsync(token => StateOfAsync(due, token), late, cancellationToken);
        var now = clock.GetUtcNow();
        var hostname = answer.IsError ? null : answer.Value.HostnameId;
        await ChangeAsync(due, hostname, (claim, _) => Note(claim, answer, now), cancellationToken);
        return answer.IsError ? answer.FirstError : null;
    }

    private async Task<ErrorOr<CustomDomainState>> StateOfAsync(DomainClaim due, CancellationToken cancellationToken)
    {
        var domain = CustomDomain.FromStorage(due.Domain);
        if (due is { HostnameId: { } id, Progress: not CustomDomainProgress.Failed })
        {
            var found = await domains.ReadAsync(domain, id, cancellationToken);
            if (found.IsError) return found.Errors;
            var startsAnew = due.CheckedAt is null && found.Value is { Progress: CustomDomainProgress.Failed };
            if (found.Value is { } state && !startsAnew) return state;
        }

        // New, to be started anew, or gone by whoever's hand: the project uses the domain.
        return await domains.EnsureAsync(domain, due.HostnameId, due.ProjectId, cancellationToken);
    }

    private async Task<Error?> RemoveAsync(DomainClaim due, CancellationToken late, CancellationToken cancellationToken)
    {
        var domain = CustomDomain.FromStorage(due.Domain);
        var removed = await InTimeAsync(
            token => domains.RemoveAsync(domain, due.HostnameId, due.ProjectId, token), late, cancellationToken);
        var now = clock.GetUtcNow();
        await ChangeAsync(due, hostname: null, Settle, cancellationToken);
        return removed.IsError ? removed.FirstError : null;

        void Settle(DomainClaim claim, IDomainClaimRepository claims)
        {
            var takenUpAgain = claim.ReleasedAt is null;
            if (takenUpAgain && !removed.IsError) claim.Lose(now);
            if (takenUpAgain) return;

            if (removed.IsError)
                claim.Defer(removed.FirstError.Description, now, now + options.Value.PauseAfter(now - due.ReleasedAt!.Value));
            else if (claim.HostnameId == due.HostnameId) claims.Remove(claim);
            else claim.Release(now); // added meanwhile by a call that began earlier
        }
    }

    /// <summary>What the target answers, or that it did not in the time that a deployment has.</summary>
    private async Task<ErrorOr<T>> InTimeAsync<T>(
        Func<CancellationToken, Task<ErrorOr<T>>> ask, CancellationToken late, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var limit = options.Value.DeploymentPatience.TotalSeconds;
            return Error.Unexpected(
                "TARGET_UNAVAILABLE", $"The target did not answer within {limit:0} s; it is asked again.",
                new Dictionary<string, object> { [ICustomDomains.Unanswered] = true });
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
    /// <param name="hostname">The target's id for the domain, as the call gave it; null when it gave none.</param>
    private async Task ChangeAsync(
        DomainClaim asked, string? hostname, Action<DomainClaim, IDomainClaimRepository> change, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<IUnitOfWork>();
        var claims = scope.ServiceProvider.GetRequiredService<IDomainClaimRepository>();
        await using var transaction = await work.BeginAsync(cancellationToken);
        var projects = scope.ServiceProvider.GetRequiredService<IProjectRepository>();
        var project = await projects.FindForUpdateAsync(asked.ProjectId, cancellationToken);
        var claim = await claims.FindForUpdateAsync(asked.Domain, asked.ProjectId, cancellationToken);
        if (claim is not null && (claim.ReleasedAt is null || claim.ReleasedAt == asked.ReleasedAt)) change(claim, claims);
        // Given up meanwhile: the answer is of another time, but what it says to be there has to be taken away.
        else if (hostname is null || claim?.HostnameId == hostname) return;
        else if (claim is not null) claim.Release(clock.GetUtcNow(), hostname);
        else if (await IsTakenOverAsync(asked.Domain, hostname, projects, claims, cancellationToken)) return;
        else claims.Add(DomainClaim.LeaveBehind(CustomDomain.FromStorage(asked.Domain), asked.ProjectId, hostname, clock.GetUtcNow()));

        if (claim is { ReleasedAt: null }) project?.ShowCustomDomain(claim, clock.GetUtcNow());
        await work.CommitAsync(cancellationToken);
    }

    // A project that has the domain by now may have found this hostname there.
    private static async Task<bool> IsTakenOverAsync(
        string domain, string hostname, IProjectRepository projects, IDomainClaimRepository claims, CancellationToken cancellationToken) =>
        await projects.FindIdByCustomDomainAsync(domain, cancellationToken) is { } holder
        && (await claims.FindAsync(domain, holder, cancellationToken))?.HostnameId == hostname;
}
