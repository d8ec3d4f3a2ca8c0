using ErrorOr;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Queue;
using Libra.Deploy.Domain.Quotas;
using Libra.Deploy.UnitTests.Deployments;
using Libra.Deploy.WebApi.Queue;

namespace Libra.Deploy.UnitTests.Queue;

public sealed class BulkReplayItemTests
{
    [Fact]
    public void Item_OfARefusal_SaysWhatTheLetterWouldHaveBeenToldAlone()
    {
        var letter = DeadLetter.Of(ADeployment.ThatWaits(), DeadLetterReasons.SystemError, "deployment-queue", ADeployment.Now);
        ErrorOr<AcceptedDeployment> refused = QuotaErrors.Exceeded("org", ADeployment.Now);

        IReadOnlyList<ReplayOutcome> outcomes = [new ReplayOutcome(letter, refused)];
        var item = outcomes.ToResponse().Results.Should().ContainSingle().Subject;

        item.Code.Should().Be("DEPLOYMENT_QUOTA_EXCEEDED");
        item.Details.Should().BeAssignableTo<IReadOnlyDictionary<string, object>>().Which.Should().ContainKey("resetDate");
    }
}
