using ErrorOr;
using FluentValidation;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Domain.Common;
using MediatR;

namespace Libra.Deploy.Application.Quotas;

/// <summary>
/// Sets what an organization has left of a plan, as an operator; for use without a platform, or to help one customer out.
/// </summary>
public sealed record SetLimitsCommand(PlanLimit Limit) : IRequest<ErrorOr<QuotaView>>, ITransactional;

internal sealed class SetLimitsValidator : AbstractValidator<SetLimitsCommand>
{
    private const int LongestPlanName = 100;
    private const int MostDeployments = 1_000_000_000;

    public SetLimitsValidator(TimeProvider clock)
    {
        RuleFor(command => command.Limit.OrganizationId).NotEmpty().MaximumLength(FieldLimits.LongestId).OverridePropertyName("orgId");
        RuleFor(command => command.Limit.PlanName).NotEmpty().MaximumLength(LongestPlanName).OverridePropertyName("planName");
        RuleFor(command => command.Limit.Deployments).InclusiveBetween(0, MostDeployments).OverridePropertyName("deployLimit");
        RuleFor(command => command.Limit.BillingInterval).Must(interval => interval is "month" or "year")
            .WithMessage("A billing interval is month or year").OverridePropertyName("billingInterval");
        RuleFor(command => command.Limit.PeriodEnd).Must(end => end is null || end > clock.GetUtcNow())
            .WithMessage("A plan cannot end in the past").OverridePropertyName("periodEnd");
    }
}

internal sealed class SetLimitsHandler(IQuotaPlans plans, IUnitOfWork work) : IRequestHandler<SetLimitsCommand, ErrorOr<QuotaView>>
{
    public async Task<ErrorOr<QuotaView>> Handle(SetLimitsCommand command, CancellationToken cancellationToken)
    {
        await plans.SetAsync(command.Limit, cancellationToken);
        var quota = await plans.FindAsync(command.Limit.OrganizationId, cancellationToken);
        var view = QuotaView.Of(quota, await plans.CountUsedAsync(quota, cancellationToken));
        await work.CommitAsync(cancellationToken);
        return view;
    }
}
