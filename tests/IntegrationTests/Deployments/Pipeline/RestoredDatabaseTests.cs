using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments.Logs;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.IntegrationTests.Persistence;
using Microsoft.Extensions.DependencyInjection;

namespace Libra.Deploy.IntegrationTests.Deployments.Pipeline;

/// <summary>A database from a dump that is older than what the object store holds.</summary>
public sealed class RestoredDatabaseTests(TestPostgres server) : OneNode(server)
{
    [Fact]
    public async Task Run_OfADeploymentWhoseLogHasEnded_MakesADeadLetterAtOnceThatCanBeReplayed()
    {
        var id = await Node.AcceptAsync();
        var view = await Node.ViewAsync(id);
        await using var scope = Node.Scope();
        var logs = scope.ServiceProvider.GetRequiredService<IDeploymentLog>();
        await logs.SealAsync(new LogSubject(id, view.OrganizationId, view.ProjectId), TestContext.Current.CancellationToken);

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);

        var letter = (await Node.DeadLettersAsync(id)).Should().ContainSingle().Subject;
        letter.Reason.Should().Be(DeadLetterReasons.SystemError);
        letter.FinalError.Should().Contain("the database was restored to");
        var replayed = await Node.SendAsync(
            new ReplayDeadLetterCommand(OrganizationFilter.All, letter.Id, new ReplayRequest("operator", Note: null, RequestId: null)));
        (await Node.RunAsync(replayed.Value.Id)).Outcome.Should().Be(AttemptOutcome.Completed);
    }
}
