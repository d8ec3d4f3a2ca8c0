using ErrorOr;
using Libra.Deploy.Application.Common;
using Libra.Deploy.Application.Deployments;
using Libra.Deploy.Application.Deployments.Pipeline;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Application.Queue;
using Libra.Deploy.Domain.Deployments;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Projects;

/// <summary>Which domain a project has after a deployment: what its owner chose last, whenever the deployment was asked for.</summary>
public sealed class DeploymentDomainTests(TestPostgres server) : OneNode(server)
{
    private const string Old = "old.example.com";
    private const string New = "new.example.com";
    private const string Other = "other.example.com";

    private static readonly Error Away = Error.Failure("TARGET_UNAVAILABLE", "It has no permission.");

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Live);
        Node.Domains.OnRead = (name, _) => ScriptedCustomDomains.Found(name, CustomDomainProgress.Live);
        Node.Domains.OnRemove = (_, _) => ScriptedTarget.Fine();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Old)]
    [InlineData(Other)]
    public async Task Retry_WhenTheProjectHasMovedSince_LeavesItWhereItIs(string? named)
    {
        var first = await CompletedAsync(Old);
        var failed = await FailedAsync(first, named);
        await CompleteAsync(await DeployAsync(first, New));

        await CompleteAsync((await Node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, failed, "u", null))).Value.Id);

        await HasAsync(New);
        Node.Target.Domains[^1].Should().Be(New, "the local target routes what comes with the version");
    }

    [Fact]
    public async Task Replay_WhenTheProjectGaveItsDomainUpSince_DoesNotGiveItBack()
    {
        var failed = await FailedAsync(await CompletedAsync(Old), domain: null);
        await SetAsync(null);

        var letter = (await Node.DeadLettersAsync(failed)).Single();
        var replay = new ReplayDeadLetterCommand(OrganizationFilter.All, letter.Id, new ReplayRequest("operator", null, null));
        var replayed = await Node.SendAsync(replay);
        await CompleteAsync(replayed.Value.Id);

        await HasAsync(null);
        (await Node.ViewAsync(replayed.Value.Id)).CustomDomain.Should().BeNull();
    }

    [Fact]
    public async Task Deploy_WhenItsWorkerFailedAfterItHadMovedTheProject_DoesNotMoveItAgain()
    {
        var id = await DeployAsync(await CompletedAsync(null), New);
        Node.Domains.OnEnsure = (_, _) => throw new InvalidOperationException("The worker ends here.");
        var failed = await Node.RunAsync(id);
        failed.Outcome.Should().Be(AttemptOutcome.RetryLater, failed.Message);
        (await DomainAsync()).Should().Be(New);
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Live);
        await SetAsync(null);

        Node.Clock.Advance(failed.DueAt!.Value - Node.Clock.GetUtcNow());
        await CompleteAsync(id);

        await HasAsync(null);
    }

    [Fact]
    public async Task Deploy_WhenTheProjectGotTheDomainMeanwhile_HasNoMoveLeft()
    {
        var id = await DeployAsync(await CompletedAsync(Old), New);
        await SetAsync(New);
        Node.Domains.OnRead = (_, _) => throw new InvalidOperationException("The worker ends here.");
        var failed = await Node.RunAsync(id);
        failed.Outcome.Should().Be(AttemptOutcome.RetryLater, failed.Message);
        Node.Domains.OnRead = (name, _) => ScriptedCustomDomains.Found(name, CustomDomainProgress.Live);
        await SetAsync(Old);

        Node.Clock.Advance(failed.DueAt!.Value - Node.Clock.GetUtcNow());
        await CompleteAsync(id);

        await HasAsync(Old);
    }

    [Fact]
    public async Task Deploy_OfAWorkerThatLostItsLeaseWhileItProvedTheVersion_DoesNotMoveTheProject()
    {
        var id = await DeployAsync(await CompletedAsync(Old), New);
        Node.Target.OnVerify = async _ =>
        {
            await Node.ExecuteAsync("UPDATE deploy.deployments SET fencing_token = fencing_token + 1 WHERE id = $1", id.Value);
            return Result.Success;
        };

        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.LeaseLost);

        (await DomainAsync()).Should().Be(Old);
        (await Node.ViewAsync(id)).CustomDomain.Should().Be(New, "the move is the next worker's");
    }

    [Fact]
    public async Task Retry_WhenNothingWasChosenSince_MovesTheProjectToTheDomainThatWasAskedFor()
    {
        var failed = await FailedAsync(await CompletedAsync(Old), New);

        var retried = (await Node.SendAsync(new RetryDeploymentCommand(OrganizationFilter.All, failed, "u", null))).Value.Id;
        await CompleteAsync(retried);

        await HasAsync(New);
        (await Node.ViewAsync(retried)).CustomDomain.Should().Be(New);
    }

    [Fact]
    public async Task Deploy_WhenAnotherDomainIsChosenBeforeItGoesLive_GoesLiveAtThat()
    {
        var id = await DeployAsync(await CompletedAsync(Old), domain: null);
        await SetAsync(New);

        await CompleteAsync(id);

        await HasAsync(New);
        Node.Target.Domains[^1].Should().Be(New);
        (await Node.ViewAsync(id)).CustomDomain.Should().Be(New, "clients see where it is live");
    }

    [Theory]
    [InlineData(null)]
    [InlineData(New)]
    public async Task Deploy_WhenTheDomainIsGivenUpWhileTheVersionGoesLive_LeavesItGivenUp(string? named)
    {
        var id = await DeployAsync(await CompletedAsync(Old), named);
        Node.Target.OnPublish = async _ =>
        {
            await SetAsync(null);
            await Node.SendAsync(new RefreshCustomDomainsCommand()); // another node's round, which is quicker
            return Result.Success;
        };

        await CompleteAsync(id);

        await HasAsync(null);
        Node.Domains.Removed.Should().HaveCount(2, "it was published with the version after the round that took it away");
    }

    [Fact]
    public async Task Deploy_WithADomainOfItsOwn_WhenAnotherIsChosenWhileTheVersionGoesLive_LeavesThat()
    {
        var id = await DeployAsync(await CompletedAsync(Old), New);
        Node.Target.OnPublish = async _ =>
        {
            await SetAsync(Other);
            return Result.Success;
        };

        await CompleteAsync(id);

        (await DomainAsync()).Should().Be(Other);
        (await Node.AskAsync<long>("SELECT count(*) FROM deploy.custom_domains WHERE domain = $1", New)).Should().Be(0);
    }

    private async Task<DeploymentView> CompletedAsync(string? domain)
    {
        var id = await Node.AcceptAsync(Page, domain);
        await CompleteAsync(id);
        await HasAsync(domain);
        return await Node.ViewAsync(id);
    }

    private async Task CompleteAsync(DeploymentId id) => (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.Completed);

    private async Task<DeploymentId> FailedAsync(DeploymentView earlier, string? domain)
    {
        var id = await DeployAsync(earlier, domain);
        Node.Target.OnPublish = ScriptedTarget.Says(Away);
        (await Node.RunAsync(id)).Outcome.Should().Be(AttemptOutcome.DeadLettered);
        Node.Target.OnPublish = _ => ScriptedTarget.Fine();
        return id;
    }

    private async Task<DeploymentId> DeployAsync(DeploymentView earlier, string? domain)
    {
        Node.Clock.Advance(TimeSpan.FromSeconds(1)); // deployments of one project follow each other
        var command = new CreateDeploymentCommand(earlier.ProjectId, earlier.OrganizationId, "u")
        {
            Source = new RequestSource(Page, null),
            CustomDomain = domain,
        };
        return (await Node.SendAsync(command)).Value.Id;
    }

    /// <summary>As the platform or an owner does it, in the one project of the test.</summary>
    private Task SetAsync(string? domain) => Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULLIF($1, '')", domain ?? "");

    /// <summary>The project has this domain, and nothing else is held, once what was given up is taken away.</summary>
    private async Task HasAsync(string? domain)
    {
        Node.Clock.Advance(TimeSpan.FromMinutes(31));
        await Node.SendAsync(new RefreshCustomDomainsCommand());
        (await DomainAsync()).Should().Be(domain ?? "");
        (await Node.AskAsync<string>("SELECT COALESCE(string_agg(domain, ','), '') FROM deploy.custom_domains")).Should().Be(domain ?? "");
    }

    private Task<string> DomainAsync() => Node.AskAsync<string>("SELECT COALESCE(custom_domain, '') FROM public.project");

    private const string Page = """[{"path":"index.html","content":"x"}]""";
}
