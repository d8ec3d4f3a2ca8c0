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
/// <remarks>The filter's limit counts the accepted ones. Those that are refused on the way are told of as well.</remarks>
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
    // Each costs a transaction, and the caller waits.
    private const int MostTried = 1000;

    public async Task<ErrorOr<IReadOnlyList<ReplayOutcome>>> Handle(ReplayDeadLettersCommand command, CancellationToken cancellationToken)
    {
        var open = command.Filter.Within(command.Caller) with { Resolved = false, Superseded = false };
        var outcomes = await ReplayAsync(command, open, cancellationToken);
        // Named last and only where there is room: all of them are refused.
        if (outcomes.Count >= open.Limit) return outcomes;

        var superseded = await letters.ListAsync(open with { Superseded = true, Limit = open.Limit - outcomes.Count }, cancellationToken);
        foreach (var letter in superseded.Letters) outcomes.Add(await ReplayAsync(command, letter, cancellationToken));
        return outcomes;
    }

    // Past those that are refused, of a project that is gone for example: they stay open, and would else keep the older ones from their
    // turn for good.
    private async Task<List<ReplayOutcome>> ReplayAsync(
        ReplayDeadLettersCommand command, DeadLetterFilter open, CancellationToken cancellationToken)
    {
        var (outcomes, accepted) = (new List<ReplayOutcome>(), 0);
        for (DeadLetterId? last = null; ;)
        {
            var page = await letters.ListAsync(open with { Cursor = last }, cancellationToken);
            foreach (var letter in page.Letters)
            {
                var outcome = await ReplayAsync(command, letter, cancellationToken);
                outcomes.Add(outcome);
                if (!outcome.Result.IsError) accepted++;
                if (accepted == open.Limit || outcomes.Count == MostTried) return outcomes;
            }

            if (page.Next is null) return outcomes;
            last = page.Next;
        }
    }

    private async Task<ReplayOutcome> ReplayAsync(
        ReplayDeadLettersCommand command, DeadLetter letter, CancellationToken cancellationToken) =>
        new(letter, await ReplayAsync(command, letter.Id, cancellationToken));

    private async Task<ErrorOr<AcceptedDeployment>> ReplayAsync(
        ReplayDeadLettersCommand command, DeadLetterId id, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await using var transaction = await scope.ServiceProvider.GetRequiredService<IUnitOfWork>().BeginAsync(cancellationToken);
        return await scope.ServiceProvider.GetRequiredService<DeadLetterReplay>().RunAsync(
            command.Caller, id, command.Request, evenSuperseded: false, cancellationToken);
    }
}
