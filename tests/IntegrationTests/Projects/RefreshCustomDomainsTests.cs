using ErrorOr;
using Libra.Deploy.Application.Projects;
using Libra.Deploy.Domain.Projects;
using Libra.Deploy.IntegrationTests.Deployments.Pipeline;
using Libra.Deploy.IntegrationTests.Persistence;

namespace Libra.Deploy.IntegrationTests.Projects;

/// <summary>How domains in use are followed when the target is slow, silent, or changed by somebody else.</summary>
public sealed class RefreshCustomDomainsTests(TestPostgres server) : OneNode(server)
{
    private static readonly string[] Names = ["a.example.com", "b.example.com", "c.example.com"];

    [Fact]
    public async Task Refresh_WhenTheTargetIsSilent_StopsAtTheFirstAndLeavesTheRestDue()
    {
        await UseAsync(Names);
        Node.Domains.OnEnsure = (_, _) => Says(Error.Unexpected(
            "TARGET_UNAVAILABLE", "It cannot be reached.", new Dictionary<string, object> { [ICustomDomains.Unanswered] = true }));

        (await RefreshAsync()).Should().Be(1);
        (await DueAsync()).Should().Be(2, "other nodes and the next round take them");

        (await RefreshAsync()).Should().Be(1);
        Node.Domains.Ensured.Should().OnlyHaveUniqueItems("one that waits does not keep the others from their turn");
    }

    [Fact]
    public async Task Refresh_WhenOneDomainHasTrouble_AsksAboutTheOthers()
    {
        await UseAsync(Names);
        Node.Domains.OnEnsure = (_, _) => Says(Error.Unexpected("TARGET_UNAVAILABLE", "It had an internal error."));

        (await RefreshAsync()).Should().Be(3);

        Node.Domains.Ensured.Should().BeEquivalentTo(Names);
    }

    [Fact]
    public async Task Refresh_WhenADomainHasFailed_StartsItAnewEverMoreRarelyAndGivesUp()
    {
        await UseAsync("a.example.com");
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Failed);
        await RefreshAsync();

        for (var step = 0; step < 40 * 6; step++)
        {
            Node.Clock.Advance(TimeSpan.FromHours(4));
            await RefreshAsync();
        }

        Node.Domains.Ensured.Count.Should().BeInRange(20, 120, "an abandoned domain must not use up the calls");
        (await Node.AskAsync<bool>("SELECT next_check_at IS NULL FROM deploy.custom_domains")).Should().BeTrue();
    }

    [Fact]
    public async Task Refresh_WhenTheOwnerBringsAFailedDomainBack_NoticesWithoutADeployment()
    {
        await UseAsync("a.example.com");
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Live);
        await RefreshAsync();
        Node.Domains.OnRead = (name, _) => ScriptedCustomDomains.Found(name, CustomDomainProgress.Failed);
        Node.Clock.Advance(TimeSpan.FromHours(13));
        await RefreshAsync();
        (await ProgressAsync()).Should().Be("Failed");

        Node.Clock.Advance(TimeSpan.FromHours(2));
        await RefreshAsync();

        (await ProgressAsync()).Should().Be("Live");
    }

    [Fact]
    public async Task Refresh_WhenTheDomainIsTakenUpAgainWhileItIsTakenAway_AddsItAnew()
    {
        var project = (await UseAsync("a.example.com"))[0];
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Live);
        await RefreshAsync();
        await Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULL");
        Node.Domains.OnRemove = async (_, _) =>
        {
            await TakeAsync(project, "a.example.com");
            return Result.Success;
        };
        await RefreshAsync();

        Node.Domains.OnRead = (name, _) => ScriptedCustomDomains.Found(name, progress: null);
        Node.Clock.Advance(TimeSpan.FromSeconds(31));
        await RefreshAsync();

        (await ProgressAsync()).Should().Be("Live");
        Node.Domains.Ensured.Should().HaveCount(2);
    }

    [Fact]
    public async Task Refresh_WhenAFailedDomainComesIntoUseAgain_StartsItAnewByItsId()
    {
        var project = (await UseAsync("a.example.com"))[0];
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Failed);
        await RefreshAsync();
        await TakeAsync(project, "a.example.com");
        Node.Domains.OnRead = (name, _) => ScriptedCustomDomains.Found(name, CustomDomainProgress.Failed);
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Pending);

        await Node.SendAsync(new RefreshCustomDomainsCommand(project));

        (await ProgressAsync()).Should().Be("Pending");
        Node.Domains.KnownAs.Should().Be("a.example.com", "a hostname from before us is known to be the project's by its id alone");
    }

    [Fact]
    public async Task Refresh_WhenTheDomainIsGivenUpWhileItIsAdded_HasItTakenAwayAfterAll()
    {
        await UseAsync("a.example.com");
        Node.Domains.OnRemove = (_, _) => ScriptedTarget.Fine();
        Node.Domains.OnEnsure = async (name, _) =>
        {
            await Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULL");
            await RefreshAsync(); // another node's round, to which there is nothing to remove yet
            return await ScriptedCustomDomains.Stands(name, CustomDomainProgress.Pending);
        };
        await RefreshAsync();

        Node.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefreshAsync();

        Node.Domains.Removed.Should().Equal(null, "a.example.com");
        (await Node.AskAsync<long>("SELECT count(*) FROM deploy.custom_domains")).Should().Be(0);
    }

    [Fact]
    public async Task Refresh_WhenItIsAddedWhileAnotherNodeLooksForItToRemoveIt_RemovesItByItsId()
    {
        await UseAsync("a.example.com");
        var (adding, added) = (NewSignal(), NewSignal());
        Node.Domains.OnEnsure = async (name, token) =>
        {
            adding.SetResult();
            await added.Task.WaitAsync(token);
            return await ScriptedCustomDomains.Stands(name, CustomDomainProgress.Pending);
        };
        var slow = RefreshAsync();
        await adding.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULL");
        Node.Domains.OnRemove = async (_, _) =>
        {
            Node.Domains.OnRemove = (_, _) => Task.FromResult<ErrorOr<Success>>(Error.Unexpected("TARGET_UNAVAILABLE", "Not now."));
            added.SetResult();
            await slow;
            return Result.Success;
        };

        await RefreshAsync();

        Node.Domains.OnRemove = (_, _) => ScriptedTarget.Fine();
        Node.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefreshAsync();
        Node.Domains.Removed.Should().Equal(null, "a.example.com", "a.example.com");
        (await Node.AskAsync<long>("SELECT count(*) FROM deploy.custom_domains")).Should().Be(0);
    }

    [Fact]
    public async Task Refresh_WhenWhatItAddedIsAnotherProjectsByNow_LeavesItThat()
    {
        await UseAsync("a.example.com");
        var other = (await Node.ViewAsync(await Node.AcceptAsync())).ProjectId;
        Node.Domains.OnRemove = (_, _) => ScriptedTarget.Fine();
        Node.Domains.OnEnsure = async (name, _) =>
        {
            Node.Domains.OnEnsure = (found, _) => ScriptedCustomDomains.Stands(found, CustomDomainProgress.Live);
            await Node.ExecuteAsync("UPDATE public.project SET custom_domain = NULL");
            await RefreshAsync();
            await TakeAsync(other, name);
            await Node.SendAsync(new RefreshCustomDomainsCommand(other));
            return await ScriptedCustomDomains.Stands(name, CustomDomainProgress.Pending);
        };
        await RefreshAsync();

        Node.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefreshAsync();

        Node.Domains.Removed.Should().Equal((string?)null);
        (await Node.AskAsync<string>("SELECT project_id FROM deploy.custom_domains")).Should().Be(other);
    }

    [Fact]
    public async Task Refresh_WhenADeploymentWaitsAndTheTargetIsSilent_EndsSoonAndLeavesItToTheUpkeep()
    {
        var project = (await UseAsync("a.example.com"))[0];
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Node.Domains.OnEnsure = async (_, token) =>
        {
            asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            throw new InvalidOperationException("It never answers.");
        };

        var refreshing = Node.SendAsync(new RefreshCustomDomainsCommand(project));
        await asked.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Node.Clock.Advance(TimeSpan.FromSeconds(21));

        (await refreshing.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken)).IsError.Should().BeFalse(
            "the version is live");
        (await Node.AskAsync<string>("SELECT reason FROM deploy.custom_domains")).Should().Contain("did not answer within 20 s");
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Live);
        Node.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefreshAsync();
        (await ProgressAsync()).Should().Be("Live");
    }

    [Fact]
    public async Task Refresh_WhenADeploymentWaits_AsksAboutItsDomainOnceAndNotAboutOthers()
    {
        var projects = await UseAsync(Names);
        Node.Domains.OnEnsure = (name, _) => ScriptedCustomDomains.Stands(name, CustomDomainProgress.Pending);

        (await Node.SendAsync(new RefreshCustomDomainsCommand(projects[0]))).Value.Should().Be(1);

        Node.Domains.Ensured.Should().Equal(Names[0]);
    }

    /// <summary>Gives each domain to a project of its own, and has them fall due.</summary>
    private async Task<IReadOnlyList<string>> UseAsync(params string[] names)
    {
        var projects = new List<string>();
        foreach (var name in names)
        {
            projects.Add((await Node.ViewAsync(await Node.AcceptAsync())).ProjectId);
            await TakeAsync(projects[^1], name);
        }

        Node.Clock.Advance(TimeSpan.FromSeconds(31));
        return projects;
    }

    private async Task TakeAsync(string project, string name)
    {
        var domain = CustomDomain.FromStorage(name);
        (await Node.SendAsync(new ReserveCustomDomainCommand(project, domain))).IsError.Should().BeFalse();
        await using var scope = Node.Scope();
        (await PipelineNode.SaveAsync(scope, new UseCustomDomainCommand(project, domain))).IsError.Should().BeFalse();
    }

    private async Task<int> RefreshAsync() => (await Node.SendAsync(new RefreshCustomDomainsCommand())).Value;

    private Task<long> DueAsync() =>
        Node.AskAsync<long>("SELECT count(*) FROM deploy.custom_domains WHERE next_check_at <= $1", Node.Clock.GetUtcNow());

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Task<string> ProgressAsync() => Node.AskAsync<string>("SELECT progress FROM deploy.custom_domains");

    private static Task<ErrorOr<CustomDomainState>> Says(Error error) => Task.FromResult<ErrorOr<CustomDomainState>>(error);
}
