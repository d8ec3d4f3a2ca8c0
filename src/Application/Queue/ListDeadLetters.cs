using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using MediatR;

namespace Libra.Deploy.Application.Queue;

/// <summary>Lists dead letters, newest first.</summary>
public sealed record ListDeadLettersQuery(OrganizationFilter Caller, DeadLetterFilter Filter) : IRequest<ErrorOr<DeadLetterPage>>;

internal sealed class ListDeadLettersValidator : AbstractValidator<ListDeadLettersQuery>
{
    public ListDeadLettersValidator() => RuleFor(query => query.Filter.Limit).InclusiveBetween(1, 100).OverridePropertyName("limit");
}

internal sealed class ListDeadLettersHandler(IDeadLetterQueries letters) : IRequestHandler<ListDeadLettersQuery, ErrorOr<DeadLetterPage>>
{
    public async Task<ErrorOr<DeadLetterPage>> Handle(ListDeadLettersQuery query, CancellationToken cancellationToken) =>
        await letters.ListAsync(query.Filter.Within(query.Caller), cancellationToken);
}
