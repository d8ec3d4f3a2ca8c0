using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Domain.Queue;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.Application.Queue;

/// <summary>
/// Tries many dead letters again, newest first, each accepted or refused on its own in a transaction of its own. Refused are also those
/// whose project was deployed again since: an older source would go live over a newer one.
/// </summary>
public sealed record ReplayDeadLettersCommand(OrganizationFilter Caller, DeadLetterFilter Filter, ReplayRequest Request)
    : IRequest<ErrorOr<IReadOnlyList<ReplayOutcome>>>;

/// <summary>What became of one of them.</summary>
public sealed record ReplayOutcome(DeadLetter Letter, ErrorOr<AcceptedDeployment> Result);

internal sealed class ReplayDeadLettersValidator : AbstractValidator<ReplayDeadLettersCommand>
{
    public ReplayDeadLettersValidator()
    {
        RuleFor(command => command.Filter.Limit).InclusiveBetween(1, 100).OverridePropertyName("limit");
        RuleFor(command => command.Request.Note).MaximumLength(DeadLetter.LongestNote).OverridePropertyName("note");
    }
}

internal sealed class ReplayDeadLettersHandler(IDeadLetterQueries letters, IServiceScopeFactory scopes)
    : IRequestHandler<ReplayDeadLettersCommand, ErrorOr<IReadOnlyList<ReplayOutcome>>>
{
    public async Task<ErrorOr<IReadOnlyList<ReplayOutcome>>> Handle(ReplayDeadLettersCommand command, CancellationToken cancellationToken)
    {
        var open = command.Filter.Within(command.Caller) with { Resolved = false, Superseded = false };
        var chosen = (await letters.ListAsync(open, cancellationToken)).Letters;
        // Named last and only where there is room: they stay open, and would else keep the others from their turn for good.
        if (chosen.Count < open.Limit)
        {
            var superseded = open with { Superseded = true, Limit = open.Limit - chosen.Count };
            chosen = [.. chosen, .. (await letters.ListAsync(superseded, cancellationToken)).Letters];
        }

        var outcomes = new List<ReplayOutcome>();
        foreach (var letter in chosen)
            outcomes.Add(new ReplayOutcome(letter, await ReplayAsync(command, letter.Id, cancellationToken)));
        return outcomes;
    }

    private async Task<ErrorOr<AcceptedDeployment>> ReplayAsync(
        ReplayDeadLettersCommand command, DeadLetterId id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var transaction = await scope.ServiceProvider.GetRequiredService<IUnitOfWork>().BeginAsync(cancellationToken);
        return await scope.ServiceProvider.GetRequiredService<DeadLetterReplay>().RunAsync(
            command.Caller, id, command.Request, evenSuperseded: false, cancellationToken);
    }
}
